"""Korean: what the cell state changes."""

QUESTION = "셀 상태는 무엇을 바꾸는가?"

MISSING = (
    "컨베이어 벨트가 있는 셀을 블록별로 잰 결과가 없다: `gradlab sweep --cell lstm "
    "--forget-bias 1,3,chrono`"
)
ALT = "$finding $what"

HOW = {
    ("control"): (
        "한 칸 아래로 가면 망각 게이트가 열리고, 한 칸 오른쪽으로 가면 입력 "
        "게이트가 닫힌다. 입력 게이트는 우회로가 c로 되돌아오는 밸브다. 컨베이어 "
        "벨트가 반쯤 열려 있으면 우회로가 보탬이 되지만, 활짝 열려 있으면 "
        "우회로까지 더해져 지나치게 커진다."
    ),
    ("conveyor"): (
        "전체 곡선이 컨베이어 벨트와 겹치면 기울기를 나르는 것은 게이트뿐이다. "
        "부분끼리 상쇄될 수 있어 크기를 더해도 전체가 되지 않는다."
    ),
    ("cuts"): (
        "표시가 왼쪽에 있을수록 기울기에 그 경로가 더 필요했다는 뜻이다. 작은 "
        "손실도 쌓인다: 0.96^{256} = 10^{-4.5}."
    ),
    ("passes"): ("선은 전체다. 부분끼리 상쇄될 수 있다."),
}

FORGET = "망각 편향"
INPUT = "입력 편향"
CONTROL_CAPTION = "$length스텝 뒤에 남는 전체 상태의 기울기 ($cell)."
CONTROL_POWERS = "수는 10의 거듭제곱이다."
CONTROL_CHRONO = (
    "[[chrono]] 초기화는 둘을 함께 정한다: 망각 편향은 log U(1, T − 1), 입력 편향은 "
    "그 부호를 바꾼 값이다."
)
CONTROL_ALT = "망각 편향과 입력 편향의 지도: $cells."
CONTROL_CELL = "망각 편향 $forget, 입력 편향 $input: $left"
CONTROL_DRAFT = "망각 게이트와 입력 게이트의 편향에 따라 남는 기울기."

ROADS = {"hh": "h → h", "hc": "c → h", "ch": "h → c", "cc": "c → c"}
X = "시차"
Y = "남는 기울기"
BLOCKS_CAPTION = (
    "위: c → h는 시각 t의 c가 시각 T의 h에 주는 영향이다. 선이 나란하면 스텝마다 같은 "
    "비율을 잃는다. 아래: c → c."
)
BLOCKS_ALT = "시차에 따른 세 칸의 그림: h → h, c → h, h → c."
BLOCKS_DRAFT = "상태 미분의 블록의 스펙트럼 노름을 시차에 따라 나타냈다."

TOTAL = "전체"
CONVEYOR = "컨베이어 벨트"
DETOURS = "우회로"
PANEL = "$bias: $what"
CARRIERS = {
    "lost": "소실",
    "conveyor": "컨베이어 벨트가 나른다",
    "detours": "우회로가 나른다",
    "both": "둘 다 나른다",
    "": "정확히 0",
}
SPLIT_CAPTION = (
    "${state}_{T}의 ${state}_{t}에 대한 미분: 전체, 게이트만 지나는 부분([[conveyor|"
    "컨베이어 벨트]]), h와 게이트를 거치는 부분([[detours|우회로]])."
)
SPLIT_ALT = "편향마다 한 칸, 칸마다 전체와 컨베이어 벨트와 우회로."
SPLIT_DRAFT = "전달되는 상태의 미분을 컨베이어 벨트와 우회로로 나눴다."

ALL_PATHS = "모든 경로"
NO_DETOURS = "우회로를 끊음"
NO_CELL_PATH = "전달 경로를 끊음"
PLAIN_LINE = "기본 RNN"
CUTS_X = "스텝당 남는 비율"
CUTS_CAPTION = (
    "미분에서만 경로 하나를 끊었을 때 전체 상태의 기울기가 스텝당 남는 비율. 끊는 "
    "경로는 [[detours|우회로]]이거나, 전달되는 상태(c, GRU에서는 h)를 따라가는 "
    "경로다."
)
INTERVAL = "오차 막대: 시드에 대한 95 % 신뢰구간."
CUTS_ALT = "스텝당 남는 비율을 점으로 나타냈다: $rows."
CUTS_ROW = "$name: 모든 경로 $whole, 전달 경로를 끊으면 $cut"
CUTS_DRAFT = "같은 궤적에서 경로 하나를 끊은 상태 미분의 스텝당 비율."

PASSES = "순환 가중치를 몇 번 지났는가"
PASSES_ZERO = "0번"
PASSES_ONE = "1번"
PASSES_MANY = "$count번"
PASSES_MORE = "$count번 초과"
PASSES_PANEL = "$name: $count"
PASSES_TOTAL = "남은 전체"
PASSES_SOME = "그만큼 지난 부분"
PASSES_NONE = "0번 (컨베이어 벨트)"
PASSES_X = "순환 가중치를 지난 횟수"
PASSES_NAME = "횟수"
PASSES_CAPTION = (
    "c(GRU에서는 h)의 미분을 [[recurrent passes|순환 가중치를 지난 횟수]]로 나눈 "
    "프로베니우스 노름 (시차 $lag, T = $length). 칸 위에는 가장 큰 부분을 적었다."
)
PASSES_STROKES = "세로줄: 시드의 최솟값에서 최댓값까지."
PASSES_END = "$name: 전체 $total, 가장 큰 부분 ($count) $size"
PASSES_DRAFT = (
    "전달되는 상태의 미분(LSTM은 dc_T/dc_t, GRU는 dh_T/dh_t)을 순환 가중치를 "
    "지난 횟수로 나눈 부분들과 전체의 프로베니우스 노름 (시차 $lag). $networks. "
    "시퀀스와 시드에 대한 기하평균 ($seeds). 고정: $values."
)

FORMULA = '(partial c_T) / (partial c_t) = product_(k = t + 1)^T op("diag")(f_k) + R'
FORMULA_KEEP = (
    '(partial h_T) / (partial h_t) = product_(s = t + 1)^T op("diag")(k_s) + R'
)
SPOKEN = (
    "상태 $state: 시각 T의 값을 시각 t의 값으로 미분하면, 게이트 값의 곱인 컨베이어 "
    "벨트와 나머지 R인 우회로의 합이 된다 (게이트: $gate)"
)
CUTS_FORMULA = (
    'J_t = mat(delim: "[", h h, h c; c h, c c) \\ '
    '"전달 경로를 끊음: 둘째 열이 0" \\ "우회로를 끊음: 첫째 열이 0"'
)
CUTS_SPOKEN = (
    "블록 h h, h c, c h, c c로 된 한 스텝의 야코비 행렬에서, 전달 경로를 끊으면 둘째 "
    "열이 0이 되고 우회로를 끊으면 첫째 열이 0이 된다"
)
COMMAND_NOTE = "횟수별로: `--measure spectral_norm,recurrent_passes`."
LIMITS = (
    "미분에서만 경로를 끊은 결과다. 그 경로 없이 만든 셀이 어떻게 학습하는지는 "
    "알려 주지 않는다."
)
