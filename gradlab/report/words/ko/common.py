"""Korean: phrases that several sections share."""

BAND = "띠: 최솟값에서 최댓값까지 ($seeds)."
SEEDS = "측정: $seeds."
BAND_ONE = "시드는 하나이고 띠는 없다."
HOW_MADE = "측정 방법"
HELD = "고정: $values."
DRAFT = (
    "$what T = $lengths스텝. $of_networks 전체 상태(LSTM은 (h, c), "
    "나머지는 h)의 미분의 스펙트럼 노름. 시퀀스와 시드에 대한 기하평균 ($seeds). "
    "고정: $values."
)
NETWORKS = "학습하지 않은 네트워크"
OF_NETWORKS = "학습하지 않은 네트워크에서"
NETWORKS_OF_FILE = "파일에서 읽은 가중치의 네트워크"
OF_NETWORKS_OF_FILE = "파일에서 읽은 가중치의 네트워크에서"
THINNED = (
    "네트워크 $count개 중 $shown개를 그렸다. 가장 많이 남는 것, 가장 적게 남는 "
    "것, 중앙값 부근의 것이다. $where."
)
CHOSEN = "네트워크 $count개 중 $shown개를 그렸다. $where."
COLUMNS = "이 축의 값 $count개 중 $shown개를 고른 간격으로 그렸다."
IN_TOP = "모두 맨 위의 표에 있다"
IN_TABLE = "모두 2절의 표에 있다"
IN_EXPORT = "모두 보려면 `gradlab export`"
MISSING_MEASURE = "이 스윕에서 재지 않았다: `--measure $measures`"
NO_POINTS = "이 스윕에서 계산된 점이 없다."
UNLESS_NAMED = "따로 적지 않으면 $values"
