"""Laws: what mathematics or a paper says a measured number should be, in NumPy."""
