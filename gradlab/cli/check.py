"""``gradlab check``: the conformance suite, run on a user's own file."""
