"""Claims: one sentence a file, said where its numbers hold."""
