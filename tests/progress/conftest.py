from tests.sweeps.conftest import nothing_stays_loaded


__all__ = ["nothing_stays_loaded"]
