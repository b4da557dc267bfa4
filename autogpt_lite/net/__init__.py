"""The one guarded way out: every request to another server goes through `client.outbound()`.

addresses.py  what a URL and an address are (pure functions)
guard.py      which of them may be reached
headers.py    which headers may be sent, and which may follow a redirect
hosts.py      lists of hosts: of a secret, of an agent
proxy.py      the way out through a proxy
multipart.py  forms with files
resolve.py    DNS, off the event loop
decode.py     decompression in bounded steps
session.py    aiohttp, pinned to the checked addresses
client.py     requests, redirects, limits
"""
