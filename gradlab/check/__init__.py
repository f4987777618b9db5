"""The conformance suite: what every leaf must satisfy, built in or a user's.

``gradlab check FILE.py`` runs it on every leaf a file defines, and the project's own
tests on every built-in leaf. Report sections are checked by
:mod:`gradlab.report.conformance`, since they need results.
"""

from gradlab.check.suite import Checks, Outcome, check_leaf, run_checks


__all__ = ["Checks", "Outcome", "check_leaf", "run_checks"]
