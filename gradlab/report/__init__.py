"""The report: reads the store, asks questions, answers with blocks. No torch."""
