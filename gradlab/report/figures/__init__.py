"""Figure data, one kind a file: filled by sections, drawn by modules of `draw`."""
