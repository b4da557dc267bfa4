"""What may be spent in a month, by an agent and by all of them."""
