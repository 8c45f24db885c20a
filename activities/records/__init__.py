"""The record: what became of an activity, by whom it was told, and the ledger made of it."""
