"""Korean: the lesson that comes first, what an LSTM is."""

QUESTION = "LSTM이란 무엇인가?"

FINDING = (
    "LSTM은 두 상태를 지닌다. c는 크기를 조절하고 값을 더하기만 하는 상태이고, "
    "h는 스텝마다 새로 만드는 상태다."
)
TAKEAWAY_BACK = (
    "c를 따라 거슬러 가는 기울기에는 망각 게이트만 곱해진다. 다른 길은 모두 "
    "tanh나 다른 게이트, 가중치를 지난다."
)

TITLES = {
    "lstm": "LSTM: 상태 둘, 게이트 셋",
    "gru": "GRU: 상태 하나, 지키거나 바꾼다",
    "rnn": "RNN: 상태 하나, 모두 tanh를 지난다",
}
TITLE_BACK = "LSTM: 기울기가 한 스텝 거슬러 간다"
PARTS = {
    "unit": "1",
    "c_before": "c_{t-1}",
    "c_now": "c_{t}",
    "h_before": "h_{t-1}",
    "h_now": "h_{t}",
    "x": "x_{t}",
    "forget_gate": "망각 게이트",
    "input_gate": "입력 게이트",
    "output_gate": "출력 게이트",
    "update_gate": "업데이트 게이트",
    "reset_gate": "리셋 게이트",
    "candidate": "후보",
    "tanh": "tanh",
    "tanh_wh": "tanh(W x + U h)",
    "conveyor": "컨베이어 벨트",
    "detours": "우회로",
    "shares": "한 스텝 거슬러 도착하는 비율",
    "forget_says": "망각 게이트: 이전 c를 얼마나 남기는가",
    "input_says": "입력 게이트: 후보를 c에 얼마나 더하는가",
    "output_says": "출력 게이트: tanh(c)를 얼마나 h로 내보내는가",
    "update_says": "업데이트 게이트: 이전 h를 얼마나 남기는가, 나머지는 바뀐다",
    "reset_says": "리셋 게이트: 후보가 이전 h를 얼마나 쓰는가",
    "candidate_says": "후보: 새로 쓸 수 있는 값, -1에서 1까지",
    "tanh_says": "tanh: c를 -1과 1 사이로 눌러 넣는다",
    "rnn_says": "가중치에 h와 x를 곱한 것의 tanh: 이를 비켜 가는 길은 없다",
}
ROADS = {
    "cc": "c_{t} → c_{t-1} (컨베이어 벨트)",
    "hc": "h_{t} → c_{t-1}",
    "ch": "c_{t} → h_{t-1}",
    "hh": "h_{t} → h_{t-1}",
}

ALT = (
    "LSTM에서 셀 상태 c는 망각 게이트를 지나 곧게 이어지고, 후보는 입력 게이트를 "
    "지나 더해진다. h는 c에 tanh와 출력 게이트를 거쳐 만들어진다. 점선 화살표는 "
    "이전 h에서 세 게이트 모두로 간다. GRU의 길은 하나이고 업데이트 게이트가 "
    "지키거나 바꾼다. RNN에서는 모두 tanh를 지난다."
)
CAPTION = (
    "한 스텝, 왼쪽에서 오른쪽으로. 밸브는 게이트를 곱하는 곳이다: 유닛마다 0과 1 "
    "사이의 수 하나. 점선: 모든 게이트는 이전 h를 읽고 입력 x_{t}도 읽는다."
)
DRAFT = "LSTM, RNN, GRU의 한 스텝, PyTorch의 관례를 따른다."

PARTS_IN_WORDS = (
    "**망각 게이트**(forget gate) f: 이전 c를 얼마나 남기는가. 편향이 0이면 0.5 "
    "안팎, 3이면 0.95 안팎이다.",
    "**후보**(candidate) g: 새로 쓸 수 있는 값, −1에서 1까지.",
    "**입력 게이트**(input gate) i: g를 c에 얼마나 더하는가.",
    "**출력 게이트**(output gate) o: tanh(c)를 얼마나 h로 내보내는가.",
    "**유지 게이트**(keep gate): 이전 상태에 곱하는 게이트, LSTM은 f, GRU는 z.",
    "**컨베이어 벨트**(conveyor, 직통): 유지 게이트만 곱해지는 곧은 길.",
    "**우회로**(detours): 과거로 가는 다른 모든 길, h와 가중치와 게이트를 지난다.",
)
LSTM = r"""
i_t &= sigma(W_i x_t + U_i h_(t-1) + b_i) \
f_t &= sigma(W_f x_t + U_f h_(t-1) + b_f) \
g_t &= tanh(W_g x_t + U_g h_(t-1) + b_g) \
o_t &= sigma(W_o x_t + U_o h_(t-1) + b_o) \
c_t &= f_t dot.o c_(t-1) + i_t dot.o g_t \
h_t &= o_t dot.o tanh(c_t)
"""
LSTM_SPOKEN = (
    "입력 게이트 i, 망각 게이트 f, 출력 게이트 o는 시그모이드이고 후보 g는 "
    "tanh이며, 저마다 W 곱하기 t의 x, 더하기 U 곱하기 t 빼기 1의 h, 더하기 "
    "편향을 받는다. t의 c는 f 곱하기 t 빼기 1의 c, 더하기 i 곱하기 g. t의 h는 o "
    "곱하기 tanh c"
)
OTHERS = (
    "σ는 0과 1 사이의 수를 내고, ⊙는 유닛별 곱이다. **GRU**는 z로 h를 지키거나 "
    "n으로 바꾸고, 리셋 게이트 r이 n에 h를 얼마나 쓸지 정한다. **RNN**은 h를 새로 "
    "만든다."
)
OTHERS_FORMULA = r"""
"RNN" & #h(.6em) & h_t &= tanh(W x_t + U h_(t-1) + b) \
"GRU" & #h(.6em) & r_t &= sigma(W_r x_t + U_r h_(t-1) + b_r) \
&& z_t &= sigma(W_z x_t + U_z h_(t-1) + b_z) \
&& n_t &= tanh(W_n x_t + b_n + r_t dot.o (U_n h_(t-1) + b'_n)) \
&& h_t &= z_t dot.o h_(t-1) + (1 - z_t) dot.o n_t
"""
OTHERS_SPOKEN = (
    "RNN에서 t의 h는 W 곱하기 t의 x, 더하기 U 곱하기 t 빼기 1의 h, 더하기 편향의 "
    "tanh다. GRU에서 리셋 게이트 r과 업데이트 게이트 z는 같은 꼴의 시그모이드다. "
    "후보 n은 W 곱하기 t의 x, 더하기 편향, 더하기 r 곱하기 (U 곱하기 t 빼기 1의 "
    "h, 더하기 편향)의 tanh다. t의 h는 z 곱하기 t 빼기 1의 h, 더하기 1 빼기 z "
    "곱하기 n"
)

TERMS = (
    (
        "**Chrono**: 망각 편향을 log U(1, T − 1)에서 뽑고 입력 편향에는 그 부호를 "
        "바꾼 값을 쓴다 (Tallec, Ollivier 2018). GRU에서는 게이트 하나가 두 "
        "역할을 한다."
    ),
    "**미분에서 끊기**: 네트워크는 그대로 돌고, 기울기만 경로 하나를 지나지 않는다.",
)
GRADIENT = (
    (
        "시간을 거스르는 기울기(gradient, 그래디언트)는 앞선 상태 s_{t} (h, 또는 "
        "h와 c)가 바뀔 때 손실 L이 어떻게 바뀌는지를 나타낸다."
    ),
    "끝의 기울기에 스텝마다 [[Jacobian|야코비 행렬]](Jacobian) J를 하나씩 곱한 것이다.",
    "그래서 스텝마다 크기에 어떤 배율이 곱해진다.",
    (
        "배율이 0.9이면 256스텝 뒤에 2 × 10^{-12}배가 되고, 1.1이면 4 × 10^{10}배가 "
        "된다."
    ),
    (
        "[[vanishing|소실]](vanishing): 1/1000도 남지 않는다. "
        "[[exploding|폭주]](exploding): 1000배 넘게 커진다."
    ),
)
CHAIN = r"""
(partial L) / (partial s_t) =
((partial s_T) / (partial s_t))^top (partial L) / (partial s_T), \
(partial s_T) / (partial s_t) = J_T J_(T-1) dots.c J_(t+1),
quad J_k = (partial s_k) / (partial s_(k-1))
"""
CHAIN_SPOKEN = (
    "L을 t의 s로 미분한 것은, T의 s를 t의 s로 미분한 것의 전치와 L을 T의 s로 "
    "미분한 것의 곱이다. 그 미분은 t 더하기 1에서 T까지 한 스텝 야코비 행렬의 "
    "곱이다"
)

BACK_CAPTION = (
    "크기 1인 기울기가 같은 스텝을 거슬러 가는 모습: 모든 화살표의 방향이 뒤집힌다."
)
BACK_SHARES = (
    "막대: 가장 많이 도착하는 방향의 비율 (시차 1의 스펙트럼 노름). 한 스텝 만에 "
    "c → c로 가는 길은 컨베이어 벨트뿐이다."
)
BACK_ALT = (
    "화살표를 돌려 놓은 LSTM: c에서 c로는 망각 게이트를 곧게 지나고, h에서는 출력 "
    "게이트를 지나 c로, 점선 화살표를 거슬러 이전 h로 간다.$shares"
)
BACK_ALT_SHARES = " 한 스텝 뒤 도착하는 값: $list."
BACK_ALT_NETWORK = "$name — $list"
BACK_ALT_ITEM = "$road: $value"
BACK_DRAFT = "LSTM의 기울기 한 스텝."
BACK_DRAFT_SHARES = (
    "LSTM의 기울기 한 스텝과 마지막 스텝 야코비 행렬의 네 블록의 스펙트럼 노름, "
    "T = $lengths스텝. $networks. 시퀀스와 시드에 대한 기하평균 "
    "($seeds). 고정: $values."
)
