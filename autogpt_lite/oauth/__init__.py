"""Logins at other services: OAuth 2 with PKCE, for what is known here and for any server that config.toml describes."""
