"""The report of what is known and of what was measured."""
