"""`autogpt-lite doctor`: is this machine fit to run it, and what is to be done where not? One check a line."""
