"""Korean: whether weights or activations save a network."""

QUESTION = "더 나은 가중치로 기본 RNN을 살릴 수 있는가?"
QUESTION_OTHER = "다른 가중치나 활성화 함수로 살릴 수 있는가? ($name)"

MISSING = (
    "가중치와 활성화 함수를 바꾸지 않았다: `--cell rnn --init "
    "default,orthogonal,identity --activation tanh,relu,linear`"
)

MAP_FULL = "가중치 × 활성화 함수, T = $length"
MAP_INIT = "가중치 × 길이 ($activation)"
MAP_ACTIVATION = "활성화 함수 × 길이 ($init)"
ROW_INIT = "가중치"
ROW_ACTIVATION = "활성화 함수"
COLUMN_ACTIVATION = "활성화 함수"
COLUMN_LENGTH = "길이 T"
X_DOTS = "T스텝 뒤에 남는 기울기"
OFF = "모든 유닛이 꺼짐: 곱은 $step번째 스텝부터 정확히 0"
ALT = "$finding 초기 가중치 $rows개와 활성화 함수 $columns개의 지도. 양 끝: $extremes."
ALT_EXTREME = "$name, $column: $left"
CAPTION = "남는 ds_{T}/ds_{0}의 크기, 10의 지수와 판정 ($name)."
CAPTION_MAPS = " 아래 두 지도는 제목에 적은 값을 고정했다."
CAPTION_EXACT = (
    " 선형 네트워크에 직교(orthogonal) 가중치를 쓰면 정확히 1이 남아야 한다. 이를 "
    "검산한 가장 큰 오차: $error."
)
DRAFT = "초기 가중치와 활성화 함수에 따라 T스텝 뒤에 남는 기울기."
HOW = (
    "● 10배 안에서 도착, ▼ 소실, ▲ 폭주. 선형 네트워크는 기울기가 얼마나 남든 "
    "행렬 하나로 할 수 있는 계산밖에 하지 못한다."
)
FORMULA = 'J_t = op("diag")(phi\'(a_t)) W_(h h)'
SPOKEN = (
    "한 스텝의 야코비 행렬은 유닛마다의 활성화 함수의 도함수와 순환 가중치의 곱이다"
)
COMMAND_NOTE = "더 많이: `--activation silu,elu`, `--init gaussian,glorot_normal`."
LIMITS = "학습 전의 가중치다. 1에 가까운 곱이 그대로 남으리라는 법은 없다."
