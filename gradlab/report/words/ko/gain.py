"""Korean: the room between vanishing and exploding."""

QUESTION = "소실과 폭주 사이에는 여유가 얼마나 있는가?"

MISSING = "순환 가중치의 크기를 바꾸지 않았다: `--gain 0.25:8:x2`"

COLUMN = "게인: 순환 가중치에 곱하는 수"
X_DOTS = "$length스텝 뒤에 남는 기울기"
ROW_DOTS = "게인"
NOTE_RANGE = "$low–$high"
NOTE_AT = "$low뿐"
NOTE_NONE = "없음"
ALT = "$finding 네트워크 $rows개와 게인 $columns개의 지도. 양 끝: $extremes."
ALT_EXTREME = "$name, $column: $left"
CAPTION = (
    "남는 ds_{T}/ds_{0}의 크기(T = $length), 10의 지수와 판정. 테두리는 남는 "
    "기울기가 1/1000과 1000 사이인 이웃한 게인을 두르고, 그 양 끝을 오른쪽에 "
    "적었다."
)
CAPTION_INIT = " 초기화 이름이 붙은 열은 그 방법으로 가중치를 뽑았고, 게인은 1이다."
DRAFT = "순환 가중치의 게인에 따라 남는 기울기."
HOW = (
    "테두리가 넓으면 게인을 조금 잘못 잡아도 괜찮다. 좁으면 가중치가 조금만 "
    "바뀌어도 결과가 갈린다. ▼ 소실, ● 10배 안에서 도착, ▲ 폭주."
)
HOW_DOTS = (
    "왼쪽일수록 적게, 오른쪽일수록 많이 남는다. 1/1000과 1000 사이에 드는 점이 "
    "많을수록 여유가 크다."
)
FORMULA = "W_(h h) arrow.r g dot W_(h h)"
SPOKEN = "순환 가중치에 게이트 블록마다 게인 g를 곱한다"
COMMAND_NOTE = "더 촘촘하게: `--gain 0.5:4:0.25`."
LIMITS = (
    "학습하면 가중치가 달라진다. 네트워크가 이 지도의 어디에서 시작하든 그 자리에 "
    "머물지는 않는다."
)
