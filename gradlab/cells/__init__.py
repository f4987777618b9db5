"""Cells: one step each, usable for training on their own."""
