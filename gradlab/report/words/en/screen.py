"""English: the last screen of a sweep in the terminal."""

COUNTS = "$done of $requested points, $failed failed"
NOT_FINITE = "$count not finite (a finding)"
UNCHANGED = "$count points, all there. Report unchanged ($file)."
HEAD = ("network", "kept/step", "horizon", "left at T", "how it looks, lag 0..T")
MORE_ROWS = "$count more rows in the report"
REPORT = "report"
NEXT = "next"
FAILED = "failed $count of $total: $reason"
LISTS_ALL = "$command lists all"
SECOND_CELL = "a second cell"
FINER = "one axis, finer"
OWN_DATA = "your own data"
