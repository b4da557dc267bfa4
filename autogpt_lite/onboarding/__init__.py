"""How far a new user has come in AutoGPT's tour, for clients that show one."""
