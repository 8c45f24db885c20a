"""Activities: plans, the calendar, branches."""
