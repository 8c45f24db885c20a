"""The account's menu as staff make it, and when it is shown."""
