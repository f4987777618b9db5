"""Sweeps: what is asked for, what is missing, and who measures it."""
