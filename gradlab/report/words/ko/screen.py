"""Korean: the last screen of a sweep in the terminal."""

COUNTS = "점 $requested개 중 $done개 완료, 실패 $failed개"
NOT_FINITE = "유한하지 않은 점 $count개 (이것도 결과다)"
UNCHANGED = "점 $count개가 모두 있다. 보고서는 그대로다 ($file)."
HEAD = ("네트워크", "스텝당", "도달 거리", "T에서", "모습, 시차 0..T")
MORE_ROWS = "보고서에 $count행이 더 있다"
REPORT = "보고서"
NEXT = "다음"
FAILED = "실패 $count/$total: $reason"
LISTS_ALL = "$command — 모두 나열"
SECOND_CELL = "둘째 셀"
FINER = "축 하나를 더 촘촘히"
OWN_DATA = "자신의 데이터"
