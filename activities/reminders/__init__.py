"""Reminders: planned when somebody is coming, moved with the activity, sent once."""
