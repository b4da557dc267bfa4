"""What administrators have changed, and which logins failed."""
