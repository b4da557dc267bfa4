"""Credentials: who may use which key, and how keys are kept."""
