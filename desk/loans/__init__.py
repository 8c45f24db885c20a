"""Loans that know the calendar: cards bound, loans read from files or the library's system, messages that are true."""
