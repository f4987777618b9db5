"""Korean: networks that were trained, and how they fared."""

QUESTION = "학습이 되는가?"

MISSING = (
    "이 스윕에서는 네트워크를 학습시키지 않았다: `gradlab sweep --task lag:20,lag:50 "
    "--cell rnn,lstm`"
)
RUNS = "실행"
RUNS_WITH = "엡실론 $epsilon인 실행"

# what is learned, and when that has succeeded
TASKS = {
    "lag": (
        "`lag:P`: x나 y를 읽고 늘 똑같은 기호 P − 1개를 읽은 뒤, 처음이 둘 중 "
        "무엇이었는지 답한다. 입력 P개 중 첫 입력에만 답이 있다."
    ),
    "adding": "`adding:T`: 수 T개 가운데 표시된 둘을 더한다.",
    "copy": "`copy:T`: 기호 10개를 T스텝 뒤에 되풀이한다.",
    "order": "`order`: 두 기호가 나온 순서를 답한다.",
    "tagging": "`tagging`: 단어의 순서로 각 단어의 품사를 답한다.",
    "characters": "`characters`: 다음 글자를 답한다.",
    "digits": "`digits`: 조금씩 읽은 그림이 어떤 숫자인지 답한다.",
}
RULES = {
    "lag": "마지막 스텝의 모든 출력이 정답에서 0.25 안에 들었을 때",
    "copy": "되풀이할 기호의 99 %를 맞혔을 때",
    "digits": "학습에 쓰지 않은 그림의 90 %를 맞혔을 때",
    "tagging": "학습에 쓰지 않은 문장의 품사를 모두 맞혔을 때",
}
SUCCESS = "성공이란 $rule이며, 처음 그렇게 된 때를 센다."
SUCCESS_OWN = "성공이란 과제마다 정한 기준에 이른 것이며, 처음 이른 때를 센다."

COUNTS = "성공한 실행"
COUNTS_EPSILON = "성공한 실행, 엡실론 $epsilon"
BLOCK = "학습률 $rate"
BLOCK_EPSILON = "엡실론 $epsilon"
TASK = "과제"
LAG = "시차 (스텝)"
COUNTS_CAPTION = "시드마다 한 번씩 실행해 갱신 $updates회 안에 성공한 것의 수 ($how)."
FELL_BACK = "↘: 성공했다가 마지막 갱신 뒤에는 다시 실패한 실행의 수."
OPTIMIZERS = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}
HOW_TRAINED = "$optimizer, 학습률 $rate$epsilon, $seeds"
HOW_EPSILON = ", 엡실론 $epsilon"
ALT = "$finding $what"
COUNTS_ALT = "네트워크와 과제의 지도: $cells."
COUNTS_CELL = "$name, $task: $total개 중 $count개"
COUNTS_DRAFT = "성공한 실행의 수."
RUNS_ALT = "그 오른쪽에는 네트워크마다 한 행, 실행마다 점 하나."

X = "학습 전 첫 입력의 기울기"
SIDE = "$total개 중 $count개"
PANEL = "엡실론 $epsilon"
DOTS_CAPTION = (
    "점 하나가 실행 하나이고, 그 자리는 첫 갱신 전에 잰, 첫 입력에서 온 가중치 "
    "기울기의 크기다."
)
DOTS_TASKS = "한 행 안에서 과제마다 줄이 따로 있고, 위로 갈수록 짧은 과제다 ($tasks)."
DOTS_BOUND = (
    "점선은 성공과 실패를 가장 잘 가르는 10의 거듭제곱이다. 양옆에 그쪽 실행 중 "
    "성공한 것의 수를 적었다."
)
DOTS_BOUND_SAME = "점선의 자리는 엡실론이 달라도 같다."
DOTS_ALT = "네트워크마다 한 행, 실행마다 점 하나: $rows."
DOTS_ROW = "$name: $total개 중 $count개"
DOTS_DRAFT = "학습 전 첫 입력의 기울기에 따른 성공."

FLOW_TITLE = "$name: $total개 중 $count개"
FLOW_START = "학습 전"
FLOW_ROWS = "갱신 횟수"
FLOW_COLUMNS = "시차"
FLOW_CAPTION = (
    "지도: $task에서 갱신 횟수(행)와 [[lag|시차]](열)에 따라 남는 기울기. 제목에는 "
    "성공한 실행의 수를 적었다 (전체 상태 미분의 스펙트럼 노름, 실행에 대한 기하평균)."
)
FLOW_ALT = "갱신 횟수와 시차에 따라 남는 기울기의 지도: $panels."
FLOW_PANEL = "$name, 시차 $lag: $before에서 $after"
FLOW_DRAFT = "학습하는 동안 남는 기울기."

CURVES_X = "갱신"
CURVES_Y = "손실 (중앙값)"
CHANCE = "우연 수준"
CURVES_CAPTION = "곡선: 갱신마다 그 직전에 잰 묶음의 손실, 실행의 중앙값."
CHANCE_CAPTION = (
    "우연 수준은 입력을 읽지 않는 네트워크가 얻을 수 있는 가장 작은 손실이다: $levels."
)
CHANCE_IS = "$chance = $formula"
CHANCE_ON = "$task: $chance"
CURVES_NONE = "처음의 열 배가 넘는 손실은 그리지 않았다."
CURVES_ALT = "갱신에 따른 손실의 곡선: $curves."
CURVES_END = "$name, $task: 마지막 손실 $loss"
CURVES_DRAFT = "학습하는 동안의 손실."

HOW = {
    "runs": (
        "밝은 칸은 성공, 어두운 칸은 실패다. Adam 같은 최적화 기법은 기울기를 그 평소 "
        "크기에 엡실론을 더한 값으로 나눈다. 엡실론보다 훨씬 작은 기울기는 어느 쪽을 "
        "가리키든 아무것도 움직이지 못한다. 수 형식에도 그런 바닥이 있다. 그래서 "
        "실행이 갈리는 자리는 과제가 아니라 학습 방법에 달린 값이다."
    ),
    "flow": (
        "맨 윗줄은 학습 전이고 아래로 갈수록 나중이다. 오른쪽 끝이 옅어지면 첫 입력이 "
        "닿게 된 것이고, 계속 어두우면 끝내 닿지 않는다."
    ),
    "curves": (
        "우연 수준에 머무는 곡선은 답마다 얼마나 자주 나오는지를 배웠을 뿐, 과거에서는 "
        "아무것도 배우지 못했다."
    ),
}

TRAINED_WITH = "학습: $how."
SOME = "네트워크 $count개 중 $shown개를 그렸다."
FORMULA = (
    "g_1 = norm((partial L) / (partial W_(i h)) #h(0em) |_(t = 1)) = norm(delta_1 "
    "x_1^top), quad theta <- theta - eta thin m / (sqrt(v) + epsilon)"
)
SPOKEN = (
    "첫 입력의 기울기는 입력 가중치의 기울기 가운데 첫 스텝에서 온 부분의 노름이다. "
    "Adam은 기울기의 평균을 제곱 평균의 제곱근에 엡실론을 더한 값으로 나누고 학습률을 "
    "곱한 만큼 움직인다"
)
COMMAND_NOTE = (
    "다른 시차: `--task lag:200`, 다른 엡실론: `--task lag:50 --epsilon 1e-16`."
)
LIMITS = (
    "기울기가 도달하는 것은 필요조건이지 충분조건이 아니다. 최적화 기법, 학습률, 갱신 "
    "횟수가 다르면 성공한 수도 다르다."
)

# the top of a page of training alone
PICTURE = "네트워크마다 성공한 실행의 수."
PICTURE_ALT = "성공한 실행의 지도, 네트워크와 과제: $cells."
TABLE_CAPTION = "학습시킨 네트워크마다 실행 가운데 성공한 것의 수."
TABLE_SUCCEEDED = "성공"
TABLE_UPDATES = "갱신†"
TABLE_UNTIL = "성공까지"
TABLE_GRADIENT = "기울기*"
TABLE_BEFORE = "학습 전"
NOTE_GRADIENT = "\\* $task의 첫 입력에서 첫 갱신 전에 잰 값, 실행에 대한 기하평균."
NOTE_UPDATES = "† $task에서 처음 성공하기까지의 갱신 횟수, 실행의 중앙값."
NOTE_FELL_BACK = "↘: 마지막 갱신 뒤에는 다시 실패한 실행의 수."
NOTE_SETTING = "학습 설정 가운데 성공한 실행이 가장 많은 것: $how."
NOTE_SHOWN = "네트워크 $count개 중 $shown개를 보였다. 모두 보려면 `gradlab export`."
