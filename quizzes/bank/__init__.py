"""The library's questions: what one is, how banks are read and written."""
