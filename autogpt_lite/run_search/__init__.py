"""Finding runs by words of their inputs and outputs."""
