"""Korean: how a network is called inside a sentence, and what becomes of it."""

PLAIN = "기본 RNN"
DEFAULT = "$cell (PyTorch 기본 편향)"
BIASED = "$cell ($bias)"
CHRONO = "$cell ($bias)"
BARE = "$cell"
WITH = "$name ($extras)"

VANISHING = (
    "스텝당 남는 비율: $kept, 1/1000 미만이 되기까지: $horizon스텝, $length스텝 뒤에 "
    "남는 값: $left"
)
VANISHING_AT_END = "스텝당 남는 비율: $kept, $length스텝 뒤에 남는 값: $left"
HOLDING = "스텝당 남는 비율: $kept, $length스텝 뒤에 남는 값: $left"
GROWING = "스텝당 $kept, $length스텝 뒤에는 $times배로 커진다"
DEAD = "과거로 아무것도 전달하지 않는다: $length스텝 뒤의 기울기는 정확히 0"
DEAD_STEP = (
    "$length스텝 동안 과거로 아무것도 전달하지 않는다: 기울기는 정확히 0 (처음 0이 된 "
    "곳: $step번째 스텝)"
)
NOT_FINITE = "$length스텝 안에 표현할 수 있는 수의 범위를 벗어난다"
NOT_FINITE_STEP = (
    "전체 $length스텝 중 $step번째 스텝에서 표현할 수 있는 수의 범위를 벗어난다"
)
UNDETERMINED = (
    "$length스텝 뒤에 남는 값: $left, 95 % 신뢰구간: $low–$high (판정 경계에 걸쳐 있어 "
    "미정)"
)
MIXED_DEAD = (
    "시드 $seeds개 중 $count개에서 $length스텝 뒤의 값이 정확히 0, 나머지에서 남는 값: "
    "$left (미정)"
)
MIXED_BROKEN = (
    "시드 $seeds개 중 $count개가 $length스텝 안에 수의 범위를 벗어난다, 나머지에서 "
    "남는 값: $left (미정)"
)
NOT_MEASURED = "계산했지만 전체 기울기의 크기는 재지 않았다"

VERDICTS = {
    "vanishing": "소실",
    "fading": "약화",
    "stable": "안정",
    "growing": "증가",
    "exploding": "폭주",
    "undetermined": "미정",
    "dead": "정확히 0",
    "not_finite": "유한하지 않음",
    "": "재지 않음",
}

# what rows, axes and inputs are called in tables, labels and captions
LAYERS = "$count층"
OPTIONS: dict[str, str] = {
    "peephole": "핍홀",
    "no_forget": "망각 게이트 없음",
    "coupled": "망각·입력 게이트 결합",
    "no_output_activation": "출력 활성화 없음",
}  # of cells, where the word is not the option's own
BOTH = "$one · $other"
MORE = "$name 외 $count개"
KEEP_BIAS = "유지 편향"
FORGET_BIAS = "망각 편향"
INPUT_BIAS = "입력 편향"
BIAS_VALUE = "$word $value"
DEFAULT_BIAS = "기본 편향"
BIAS_DEFAULT = "기본값"
BIAS_CHRONO = "chrono"
BIAS_CHRONO_FIXED = "chrono (Tmax $tmax)"
BIASES = "$forget, $input"
INIT_DEFAULT = "PyTorch 기본값"
INPUT_NOISE = "가우스 잡음 (표준편차 $sd)"
INPUT_SILENCE = "입력 없음"
INPUT_TEXT = "텍스트 파일 $file"
INPUT_SEQUENCES = "시퀀스 파일 $file"
LOSS_EVERY = "모든 스텝의 손실"
LOSS_LAST = "마지막 스텝의 손실"
AXIS_VALUE = "$axis $value"
AXES = {
    "learning_rate": "학습률",
    "epsilon": "엡실론",
    "optimizer": "최적화 기법",
    "batch": "묶음 크기",
    "clip": "클리핑",
    "updates": "갱신",
    "success": "성공 기준",
    "hidden": "은닉 크기",
    "gain": "게인",
    "features": "입력 특징",
    "sequences": "시퀀스",
    "burn_in": "번인",
    "initial_state": "초기 상태",
    "device": "장치",
}
