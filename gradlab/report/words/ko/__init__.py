"""The report's words in Korean."""
