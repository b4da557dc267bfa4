"""The keys that programs use instead of a login."""
