"""Korean: how many directions survive."""

QUESTION = "몇 개의 방향이 살아남는가?"

MISSING = "이 스윕에서 재지 않았다: `--measure stable_rank`"
NOTHING = "가장 큰 시차에서 아무것도 도착하지 않는다. 셀 수 있는 방향도 없다."
X = "시차 (눈금마다 두 배)"
Y = "안정 랭크: 살아남은 방향"
ALT = "$finding 시차에 따른 안정 랭크의 곡선: $ends."
ALT_END = "$name — $rank"
CAPTION = (
    "ds_{T}/ds_{T−lag}의 [[stable rank|안정 랭크]](전체 상태): 특잇값 제곱의 합을 "
    "그중 가장 큰 값으로 나눈 것."
)
BEST = "기울기를 지키는 네트워크 $count개 중 가장 멀리 닿는 $shown개를 그렸다."
DRAFT = "시차에 따른 상태 미분의 안정 랭크."
HOW = "안정 랭크가 1이면 크기가 어떻든 과거에 일어난 일의 조합 하나만 끝까지 전해진다."
FORMULA = "r = (norm(P)_F^2) / (norm(P)_2^2) = (sum_i sigma_i^2) / (sigma_1^2)"
SPOKEN = "안정 랭크는 특잇값 제곱의 합을 가장 큰 특잇값의 제곱으로 나눈 값이다"
COMMAND_NOTE = (
    "더 넓은 네트워크: `--hidden 128`, 랴푸노프 지수: `--measure lyapunov_exponents`."
)
LIMITS = "안정 랭크는 방향마다 크기로 가중해 센다. 작은 방향은 거의 세지 않는다."
SPECTRUM_X = "방향, 많이 남는 순 (전체의 %)"
SPECTRUM_Y = "방향마다 스텝당 남는 비율, exp λ"
SPECTRUM_NAME = "방향의 %"
SPECTRUM_ALT = "랴푸노프 지수를 큰 순서로, 스텝당 남는 비율로 나타냈다: $ends."
SPECTRUM_END = "$name: $first → $last"
SPECTRUM_CAPTION = (
    "전체 상태의 [[Lyapunov exponent|랴푸노프 지수]] λ_{i}를 방향마다 스텝당 "
    "남는 비율 exp λ_{i}로 나타냈다."
)
SPECTRUM_HELD = "랴푸노프 지수: $values."
PANEL_RANK = "기울기에 남은 방향의 수"
PANEL_SPECTRUM = "방향마다 남는 비율"
X_SHORT = "시차"
SPECTRUM_DRAFT = (
    "전체 상태(LSTM은 (h, c), 나머지는 h)의 랴푸노프 지수, 큰 순서, exp λ. T = "
    "$lengths스텝, 시퀀스와 시드에 대한 λ의 평균 ($seeds). 고정: $values."
)
SPECTRUM_HOW = "랴푸노프 지수의 곡선이 오른쪽까지 높으면 많은 방향이 남는다."
SPECTRUM_FORMULA = "lambda_i = lim_(T -> infinity) 1/T sum_t ln (R_t)_(i i)"
SPECTRUM_SPOKEN = (
    "i번째 랴푸노프 지수는 J_t Q_{t-1} = Q_t R_t에서 R의 i번째 대각 원소의 로그 "
    "평균이다"
)
