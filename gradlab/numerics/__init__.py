"""Numerics that every room above shares.

Products whose bits do not depend on the other members of a batch, numbers kept in log
scale, orthonormal columns, the names of the axes, and what the allocator keeps.
"""
