"""What a run will cost, before it begins: about, and at most (docs/runs.md)."""
