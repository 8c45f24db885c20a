"""A pretend WeChat over HTTP: the platform's callbacks and API, and a phone to use it with.

Built from the platform's documentation, not from this project's code: it imports nothing of the project.
"""
