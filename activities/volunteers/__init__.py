"""Volunteers of the library, and trainings of staff and volunteers."""
