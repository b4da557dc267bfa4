"""People: who they are and what they may set about themselves."""
