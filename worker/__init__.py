"""The door of time: what falls due, and the hands that do it."""
