"""Numerics shared by all rooms above.

Kernels whose bits do not depend on the other members of a batch, numbers in log scale,
spectral norms, diagonal products, orthonormal columns, names of axes, the allocator,
files of torch.save.
"""
