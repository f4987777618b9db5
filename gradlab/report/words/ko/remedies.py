"""Korean: section 11, what to try and what this report does not say."""

QUESTION = "무엇을 시도할 수 있고, 이 보고서로 알 수 없는 것은 무엇인가?"
CAPTION = (
    "다른 것은 그대로 두고 적힌 것만 바꿨을 때, 바꾸기 전과 바꾼 뒤의 측정값이다 "
    "(학습 전). 네트워크마다 도달 거리가 가장 긴 것부터 적었다."
)
COLUMNS = (
    "네트워크",
    "판정",
    "변경",
    "[[horizon|도달 거리]]",
    "$length스텝 뒤에 남는 기울기",
    "[[stable rank|방향 수]]",
    "명령",
)
BEYOND = "$steps 초과"
WEIGHTS = "가중치 $init"
BOTH = "$weights, $activation"
UNTRIED = "이 스윕에서 바꿔 보지 않은 것: $options."
GATES = "`--cell rnn,lstm,gru`"
BIAS = "`--forget-bias keep,1,3,chrono`"
GAIN = "`--gain 0.25:8:x2`"
INIT = "`--init default,orthogonal,identity`"
WEIGHTS_OF_FILE = "가중치 파일: $file. 학습하면 가중치와 게이트가 달라진다."
UNTRAINED = "학습하지 않은 네트워크다. 학습하면 가중치와 게이트가 달라진다."
FED = "입력: $fed. 데이터가 다르면 게이트와 활성화 함수의 도함수도 달라진다."
NECESSARY = "기울기가 도달하는 것은 학습의 필요조건이지 충분조건이 아니다."
BEYOND_LENGTH = (
    "도달 거리 >T는 T스텝 안에 1/1000 아래로 내려가지 않았다는 뜻이다. 그 너머는 "
    "추정하지 않는다."
)
CLIPPING = (
    "기울기 클리핑은 모든 스텝을 똑같이 줄인다. 이미 사라진 부분은 되살리지 못한다."
)
LIMITS = "학습한 뒤에도 무엇이 가장 나은지는 과제를 놓고 학습해 봐야 안다."
