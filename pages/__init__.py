"""The door to readers' phones: pages opened from the chat, readable without any script."""
