"""Sections: one question a file."""
