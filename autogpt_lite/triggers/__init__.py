"""Webhook triggers: agents that start when another service delivers something."""
