"""Broadcasts: planned by one, confirmed by another, handed to WeChat once, whatever dies meanwhile."""
