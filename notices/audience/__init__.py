"""Whom a broadcast reaches: rules, a live count, and the readers written down."""
