"""The HTML page: one file, no network."""

from gradlab.report.html.page import page


__all__ = ["page"]
