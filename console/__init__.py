"""The door to staff."""
