"""The PDF: typeset by Typst, tagged for PDF/UA-1."""

from gradlab.report.pdf.typeset import pdf


__all__ = ["pdf"]
