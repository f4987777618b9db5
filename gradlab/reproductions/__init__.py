"""What is known, reproduced: a sweep, what should come out, and what did.

A row is two files of one name in ``experiments/known``: an ordinary sweep
(``NAME.toml``) and what should come out of it (``NAME.expected.toml``, described in
:mod:`gradlab.reproductions.expectation`).
"""
