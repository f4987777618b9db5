"""The conformance suite: what every leaf must hold, ours or a user's.

``gradlab check FILE.py`` runs it on every leaf a file defines, and the project's own
tests on every leaf in the package's folders.
"""

from gradlab.check.suite import Outcome, check_file, check_leaf


__all__ = ["Outcome", "check_file", "check_leaf"]
