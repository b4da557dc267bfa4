"""The ready-made agents that come with the program."""
