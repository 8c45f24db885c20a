"""The conversations: choose the verb, choose the words."""
