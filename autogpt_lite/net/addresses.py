"""What a URL names and what an IP address is: pure functions, no network.

Two parsers that read one URL differently are how a check is passed and something else is reached; so a URL is taken
apart here by strict rules, and refused where our reading and that of yarl (which sends it) are not the same.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from ..errors import OutboundBlockedError

if TYPE_CHECKING:
    from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_DOTTED_QUAD = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)", re.ASCII)
# A last label like this makes a browser or inet_aton() read the whole host as an IPv4 number: 127.1, 0x7f000001, 0177.0.0.1.
_NUMBER_LIKE = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.ASCII)

_IPV4_NOT_PUBLIC = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
# Of IPv6 only 2000::/3 is handed out as public; these parts of it are not (Teredo and ORCHID, documentation, 6to4).
_IPV6_PUBLIC = ipaddress.IPv6Network("2000::/3")
_IPV6_NOT_PUBLIC = tuple(ipaddress.IPv6Network(t) for t in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_IPV4_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")

# Where clouds hand out the machine's own keys. Never reachable, whatever the settings allow.
_METADATA_NETWORKS = (ipaddress.IPv4Network("169.254.0.0/16"),)
_METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(text)
    for text in (
        *("100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe"),
    )
)
_METADATA_NAMES = frozenset({"metadata", "instance-data", "metadata.google.internal", "metadata.goog", "metadata.azure.internal"})


class Target(NamedTuple):
    """One place to connect to. `host` is lower case, an IPv6 address without brackets; `address` is set where it is a literal."""

    scheme: str
    host: str
    port: int
    address: Address | None
    url: URL

    @property
    def name(self) -> str:
        """host:port, as it stands in settings and messages."""
        return host_and_port(self.host, self.port)

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def host_and_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_url(text: str, *, base: URL | None = None) -> Target:
    """Takes an http or https URL apart; with `base` also a relative one (a redirect's Location).

    Raises OutboundBlockedError for anything that another parser might read differently: control characters, backslashes,
    user names, IPv4 addresses in other than four plain numbers, hosts that are not ASCII, an empty or impossible port.
    """
    from yarl import URL

    text = text.strip(" \t\r\n")
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text) or "\\" in text:
        raise _invalid("it holds a backslash or a control character")
    if base is not None and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        try:
            text = str(base.join(URL(text)))
        except ValueError:
            raise _invalid("it cannot be read") from None
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in DEFAULT_PORTS or not separator:
        raise _invalid("only http:// and https:// addresses can be reached")
    host, port = _parse_authority(rest)
    try:
        url = URL(text.replace(" ", "%20"))
        agreed = (url.scheme, (url.raw_host or "").lower(), url.port, url.user) == (
            scheme,
            host,
            port or DEFAULT_PORTS[scheme],
            None,
        )
    except ValueError:
        raise _invalid("it cannot be read") from None
    if not agreed:
        raise _invalid("it can be read in two ways")
    return Target(scheme, host, port or DEFAULT_PORTS[scheme], parse_address(host), url.with_fragment(None))


def _parse_authority(rest: str) -> tuple[str, int | None]:
    before_path = rest.partition("/")[0]
    if "@" in before_path:
        raise _invalid("a user name or an @ before the path is not allowed; put credentials into headers and a / before a ? or #")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    if not authority.isascii():
        raise _invalid(f"write the host in its ASCII form ({_ascii_form(authority)})")
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise _invalid("its host or port is not valid")
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 1 <= port <= 65535:
        raise _invalid("its port is not between 1 and 65535")
    return parse_host(match["host"]), port


def parse_host(text: str) -> str:
    """The host of a URL in one spelling: lower case, an IPv6 address compressed and without brackets.

    Raises OutboundBlockedError for what is neither a DNS name nor a plain IP address.
    """
    host = text.lower()
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host[1:-1]))
        except ValueError:
            raise _invalid("its IPv6 address is not valid") from None
    labels = host.split(".")
    if _NUMBER_LIKE.fullmatch(labels[-1]):
        if not _DOTTED_QUAD.fullmatch(host):
            raise _invalid("an IPv4 address has to be written as four plain numbers")
        return host
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _invalid("its host is not a valid name")
    return host


def parse_address(host: str) -> Address | None:
    """The address that a parsed host is, or None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def parse_allowed(text: str) -> tuple[str, int]:
    """One "host:port" entry of `http.allow`, in the spelling that is compared. Raises ValueError."""
    match = _AUTHORITY.fullmatch(text.strip())
    if match is None or not match["port"] or not 1 <= int(match["port"]) <= 65535:
        raise ValueError(f"{text!r} is not host:port")
    try:
        return comparable_host(parse_host(match["host"])), int(match["port"])
    except OutboundBlockedError as error:
        raise ValueError(f"{text!r}: {error.message}") from None


def comparable_host(host: str) -> str:
    """localhost, 127.0.0.1 and ::1 are one machine and compare as one host."""
    return "localhost" if host in LOOPBACK_NAMES else host


def is_public_address(address: Address) -> bool:
    """Whether the address belongs to the public internet. An IPv4 address inside an IPv6 one decides for it (NAT64, mapped)."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _IPV4_NOT_PUBLIC)
    if address in _IPV4_MAPPED or address in _NAT64:
        return is_public_address(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _IPV6_PUBLIC and not any(address in network for network in _IPV6_NOT_PUBLIC)


def plain_address(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, compatible, NAT64, 6to4), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    embeds = address in _IPV4_MAPPED or address in _NAT64 or (address in _IPV4_COMPATIBLE and int(address) > 1)
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if embeds else address


def is_metadata_address(address: Address) -> bool:
    """Whether a cloud hands out the machine's own keys there (the whole IPv4 link-local network counts)."""
    plain = plain_address(address)
    if isinstance(plain, ipaddress.IPv4Address) and any(plain in network for network in _METADATA_NETWORKS):
        return True
    return plain in _METADATA_ADDRESSES


def is_metadata_name(host: str) -> bool:
    return host in _METADATA_NAMES


def _ascii_form(authority: str) -> str:
    try:
        return authority.encode("idna").decode("ascii")
    except UnicodeError:
        return quote(authority)


def _invalid(reason: str) -> OutboundBlockedError:
    return OutboundBlockedError(f"The address of the request is not valid: {reason}.")
