"""The report of a diagnosis: a user's own model on one batch."""
