"""Folders of the library."""
