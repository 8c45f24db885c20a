"""The door to WeChat: what it pushes comes in here, what we owe it goes out here."""
