"""English: words inside signed maps."""

MARK = "step $step"
DEAD_IN = "exactly zero in $count of $seeds seeds"
BROKEN_IN = "not finite in $count of $seeds seeds"
SEEDS = "$count seeds, from $low to $high"
ONE_SEED = "one seed"
NO_EXTREME = "none is a finite number"
