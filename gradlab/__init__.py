"""Gradient-flow analysis and diagnostics for recurrent networks."""
