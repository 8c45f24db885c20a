"""Programmes: a series such as LS朗读者, its issues from accepted recordings, and the consent to each use."""
