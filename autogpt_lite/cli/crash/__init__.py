"""The crash test of `autogpt-lite selftest`: a server of its own, killed again and again, and judged by another process."""
