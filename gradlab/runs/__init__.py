"""Computing what a sweep lacks: groups of points, calls of workers, one writer."""
