"""Nonlinearities: value, derivative and Lipschitz bound."""
