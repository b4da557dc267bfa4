"""The agents folder: one JSON file an agent, kept equal to the library in both directions, so that it can live in git."""
