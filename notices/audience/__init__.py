"""Whom a notice reaches: rules, the platform's own list and tags, who wants none, and the rows of a broadcast."""
