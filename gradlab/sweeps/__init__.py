"""Sweeps: what is requested, what of it is missing, and its measurement."""
