"""Templates, regular expressions and foreign code in bounds: they run in child processes that can touch nothing.

`confine` and `child` are the child's side, `worker` and `pool` the server's; `templates`, `quick` and `patterns` are what is
run. `code` runs whole programs that nobody trusts, in `jail`. Blocks reach this through `sdk.text`.
"""
