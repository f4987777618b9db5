"""What claims are made of: the networks of a sweep, and values as they are printed."""
