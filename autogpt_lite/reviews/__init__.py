"""What waits for a person: shown, approved, rejected."""
