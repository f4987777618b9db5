"""Korean: words inside signed maps."""

MARK = "스텝 $step"
DEAD_IN = "시드 $seeds개 중 $count개에서 정확히 0"
BROKEN_IN = "시드 $seeds개 중 $count개에서 유한하지 않음"
SEEDS = "시드 $count개, $low–$high"
ONE_SEED = "시드 1개"
NO_EXTREME = "유한한 값이 없다"
