"""The points of a sweep, their keys, and what is to be measured of each."""
