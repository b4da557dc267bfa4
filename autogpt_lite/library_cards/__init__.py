"""What the cards of the library show: the agent's graph in small, its last runs, and what they have cost."""
