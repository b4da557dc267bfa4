"""Backups of the whole database, made while the server serves."""
