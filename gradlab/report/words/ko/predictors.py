"""Korean: section 10, what predicts the rate."""

QUESTION = "무엇으로 예측할 수 있는가?"

MISSING = (
    "비율과 함께 게이트나 가중치를 재지 않았다: `--measure "
    "growth_rate,gate_log_mean,weight_spectral_norm`"
)
PANEL_GATES = "게이트"
PANEL_WEIGHTS = "순환 가중치"
X_GATES = "컨베이어 벨트만의 스텝당 남는 비율"
X_WEIGHTS = "스펙트럼 반지름, 최대 특잇값"
Y = "스텝당 남는 비율 (측정)"
DIAGONAL = "컨베이어 벨트 = 전체"
LINE = "1"
MAIN_GATES = "컨베이어 벨트 (측정)"
JOINED_GATES = "전형적 게이트, exp(E ln f)"
MAIN_WEIGHTS = "최대 특잇값"
JOINED_WEIGHTS = "스펙트럼 반지름"
GATE_TABLE = "과거를 지키는 게이트의 값"
GATE_COLUMNS = (
    "네트워크",
    "전형적 게이트, exp(E ln f)",
    "0.1 미만",
    "그 사이",
    "0.9 초과",
)
GATE_CAPTION = (
    "[[keep gate|유지 게이트]]의 값 가운데 각 구간에 드는 비율. 전형적 게이트는 "
    "모든 값의 기하평균이다."
)
CONSTANT_COLUMNS = ("중앙값 유닛, 스텝", "가장 느린 유닛, 스텝")
CONSTANT_CAPTION = (
    "유닛 열: 게이트만 지날 때 유닛에 남는 값이 1/e이 되기까지의 스텝 수."
)
CONSTANT_LASTING = "줄지 않음"
ALT = "$finding 측정한 비율과 그 예측값의 산점도: $points."
ALT_POINT = "$name: 컨베이어 벨트 $conveyor, 측정 $kept"
ALT_TABLE = "표에 있다"
CAPTION_GATES = (
    "게이트: 전체 상태의 스텝당 남는 비율을 [[conveyor|컨베이어 벨트]]의 비율과 "
    "비교했다."
)
CAPTION_WEIGHTS = (
    "가중치: 네트워크의 스텝당 남는 비율을 W_{hh}의 두 값과 비교했다. 마름모는 "
    "선형 네트워크다."
)
SOME_WEIGHTS = "측정한 네트워크 $count개 가운데 $shown개를 그렸다."
DRAFT = "측정한 비율을 컨베이어 벨트의 비율, W_{hh}의 두 값과 비교했다."
HOW = (
    "대각선에 놓인 점은 게이트만으로 예측된다. 그보다 위에 있는 점에는 우회로의 "
    "기여가 더해진다. 기울기가 커질지를 W_{hh}의 값 하나가 정한다면, 커지는 "
    "네트워크는 모두 1의 오른쪽에, 줄어드는 네트워크는 모두 왼쪽에 있어야 한다."
)
FORMULA = "lambda = lim_(T -> infinity) 1/T ln norm(J_T dots.c J_1) <= ln sup norm(J_t)"
SPOKEN = (
    "비율은 곱 전체의 평균 성장이다. 한 스텝의 최대 특잇값은 그 상한일 뿐, 비율을 "
    "결정하지 않는다"
)
COMMAND_NOTE = "게이트를 더 보려면: `--forget-bias -1:6:1`"
LIMITS = (
    "학습 전의 네트워크와 이 입력에서 맞는 예측이 학습 뒤에도 맞으리라는 법은 없다."
)
