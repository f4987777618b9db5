"""English: phrases that several sections share."""

BAND = "Bands: lowest to highest of $seeds."
SEEDS = "Measured with $seeds."
BAND_ONE = "One seed: no band."
HOW_MADE = "Method"
HELD = "Held: $values."
DRAFT = (
    "$what T = $lengths steps. Spectral norm of the derivative of the whole state "
    "((h, c) for the LSTM, h otherwise) $of_networks; geometric mean over "
    "sequences and $seeds. Held: $values."
)
NETWORKS = "untrained networks"
OF_NETWORKS = "of untrained networks"
NETWORKS_OF_FILE = "a network with weights from a file"
OF_NETWORKS_OF_FILE = "of a network with weights from a file"
THINNED = (
    "$shown of $count networks are drawn: those with most and least left, and those "
    "about the median; $where."
)
CHOSEN = "$shown of $count networks are drawn; $where."
COLUMNS = "Of $count values along this axis $shown are drawn, evenly spaced."
IN_TOP = "all stand in the table on top"
IN_TABLE = "all stand in the table of section 2"
IN_EXPORT = "`gradlab export` writes them all"
MISSING_MEASURE = "Not measured in this sweep: add `--measure $measures`."
NO_POINTS = "No point of this sweep has been computed."
UNLESS_NAMED = "unless named, $values"
