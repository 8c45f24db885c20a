"""The reader's desk: what is asked again and again answered at once, the rest by people who stay answerable."""
