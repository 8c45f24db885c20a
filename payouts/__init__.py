"""Prizes: a pot sealed before anybody plays, what is won of it, how it is paid, and the books."""
