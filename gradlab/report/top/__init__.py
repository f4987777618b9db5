"""The first screen of a report: headline, sentences, table."""
