"""Saved inputs of an agent, and what a trigger starts."""
