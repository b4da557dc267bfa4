"""Old runs leave by themselves: by age, by number, by size; for all agents, or as one of them is set."""
