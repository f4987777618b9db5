"""The one form of every result: an array with named axes."""

from gradlab.labelled.array import (
    BATCH_AXES,
    RECORD_AXES,
    LabelledArray,
    batch_coords,
    record_of,
)


__all__ = ["BATCH_AXES", "RECORD_AXES", "LabelledArray", "batch_coords", "record_of"]
