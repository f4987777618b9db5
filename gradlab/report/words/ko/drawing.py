"""Korean: words that figures have of themselves, and readings of their values."""

NETWORK = "네트워크"
LAG = "시차"
COLUMN = "열"
POINTS = "점"
SECOND_MARK = "둘째 표시"

LEFT = "남은 값 $value"
ZERO_LEFT = "정확히 0"
NOT_FINITE = "유한하지 않음"
NOT_MEASURED = "재지 않음"
KEPT = "스텝당 $value 남음"
NOTHING_KEPT = "스텝당 0 % 남음"
FACTOR = "스텝당 × $value"
RANGE = "$value ($low–$high)"

BAR = "남는 기울기"
BAR_ENDS = "소실  ←  $bar  →  폭주"
DEAD = "0"
INFINITE = "inf"

CROSSING = "1/1000이 되기까지의 스텝 수"

EARLIER = "앞선 스텝 t"
LATER = "나중 스텝 T"
IMPOSSIBLE = "미래는 과거를 바꿀 수 없다"
FROM_STEP = "스텝 $later 기준"
PAIR = "$name; 스텝 $later → 스텝 $earlier; $left"
LATER_BY_LAG = "나중 스텝 \\ 시차"

WAYS = ("셀", "출발", "통과", "도착")
ROAD = "길"

COUNT = "실행 $total개 중 $count개 성공"
FELL_BACK = ", 그중 $count개는 다시 실패"
ZERO = "정확히 0"
OUTCOMES = {
    "succeeded": "성공",
    "fell_back": "성공했다가 다시 실패",
    "never": "끝내 실패",
}
