"""What one node did in the past runs of its agent."""
