"""Signing up: who may, who has a seat, who waits, and what they are told."""
