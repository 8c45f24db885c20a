"""Judging: rules (pure), what staff and judges do, what is asked, what is said."""
