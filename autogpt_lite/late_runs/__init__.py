"""Runs that wait too long for their turn, and runs that do not get on: which, since when, and what holds them."""
