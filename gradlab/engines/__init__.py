"""Who computes: processes of this machine or a Dask cluster, and their limits."""
