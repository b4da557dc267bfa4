"""Looks at a data directory from outside: is everything whole, does it add up, and what is to be done where not?"""
