"""Korean: one-line definitions."""

NAMES = {
    "state": "상태 (state)",
    "whole state": "전체 상태 (whole state)",
    "lag": "시차 (lag)",
    "horizon": "도달 거리 (horizon)",
    "half-life": "반감기 (half-life)",
    "kept per step": "스텝당 남는 비율 (kept per step)",
    "gradient": "기울기 (gradient, 그래디언트)",
    "Jacobian": "야코비 행렬 (Jacobian)",
    "spectral norm": "스펙트럼 노름 (spectral norm)",
    "stable rank": "안정 랭크 (stable rank)",
    "Lyapunov exponent": "랴푸노프 지수 (Lyapunov exponent)",
    "conveyor": "컨베이어 벨트 (conveyor, 직통)",
    "detours": "우회로 (detours)",
    "recurrent passes": "순환 가중치를 지난 횟수 (recurrent passes)",
    "forget gate": "망각 게이트 (forget gate)",
    "keep gate": "유지 게이트 (keep gate)",
    "forget bias": "망각 편향 (forget bias)",
    "chrono": "chrono 초기화",
    "gain": "게인 (gain)",
    "graph": "그래프 미분 (graph)",
    "state derivative": "상태 미분 (state derivative)",
    "vanishing": "소실 (vanishing)",
    "exploding": "폭주 (exploding)",
    "undetermined": "미정 (undetermined)",
    "dead": "정확히 0 (dead)",
    "geometric mean": "기하평균 (geometric mean)",
}

TERMS = {
    "state": (
        "순환 네트워크가 한 스텝에서 다음 스텝으로 넘기는 것. h이고, LSTM에는 c도 있다."
    ),
    ("whole state"): (
        "다음 스텝으로 넘기는 모든 수. RNN과 GRU는 h, LSTM은 h와 c를 합친 것이다."
    ),
    "lag": "앞선 스텝 t와 마지막 스텝 T 사이의 스텝 수, 곧 T − t.",
    "horizon": (
        "기울기가 1/1000 아래로 떨어지는 첫 시차. 잰 T스텝 안에 그렇게 되지 않으면 "
        ">T로 적는다."
    ),
    "half-life": "기울기가 절반이 되는 데 걸리는 스텝 수. 스텝당 비율로 계산한다.",
    "kept per step": (
        "한 스텝 더 거슬러 갈 때 기울기의 크기에 곱해지는 배율, 시퀀스 전체의 "
        "대푯값이다. 100 %보다 작으면 줄고, 크면 커진다."
    ),
    "gradient": "한 스텝의 작은 변화가 끝의 결과를 얼마나 바꾸는가.",
    "Jacobian": (
        "한 상태를 다른 상태로 미분한 행렬. 원소 하나하나는 한 수가 다른 수를 "
        "얼마나 바꾸는지를 나타낸다."
    ),
    "spectral norm": "행렬이 벡터를 가장 많이 늘이는 배율, 곧 최대 특잇값.",
    "stable rank": (
        "행렬이 실제로 전하는 방향의 수. 특잇값 제곱의 합을 가장 큰 특잇값의 "
        "제곱으로 나눈 값이고, 1이면 방향이 하나뿐이다."
    ),
    "Lyapunov exponent": (
        "상태의 한 방향으로 생긴 작은 변화가 오랜 시간에 걸쳐 커지는 빠르기(단위: "
        "스텝당 nat). 음수이면 사라진다. 상태를 이루는 수의 개수만큼 있다."
    ),
    "conveyor": (
        "전달되는 상태를 따라가는 곧은 길. 망각 게이트(LSTM)나 유지 게이트(GRU) 값의 "
        "곱이고, 다른 것은 섞이지 않는다."
    ),
    "detours": (
        "전달되는 상태의 미래에 닿되 h와 게이트를 거치는 모든 길. 전체 미분에서 "
        "컨베이어 벨트를 뺀 나머지다."
    ),
    "recurrent passes": (
        "과거로 가는 길에서 h와 순환 가중치를 지나는 스텝의 수. 셀 상태를 떠나 h에 "
        "m스텝 머문 길은 m번으로 센다. 한 번도 지나지 않으면 컨베이어 벨트다."
    ),
    "forget gate": (
        "LSTM의 f. 셀 상태를 얼마나 남길지 정한다. 1에 가까우면 기억하고, 0에 "
        "가까우면 잊는다."
    ),
    "keep gate": (
        "이전 상태에 곱해지는 게이트. LSTM에서는 망각 게이트 f, GRU에서는 "
        "업데이트 게이트다(PyTorch의 z, 다른 곳에서는 1 − z)."
    ),
    ("forget bias"): (
        "망각 게이트(GRU에서는 유지 게이트) 안에 더하는 상수. 클수록 더 많이 남긴다."
    ),
    "chrono": (
        "망각 편향을 log U(1, Tmax − 1)에서 뽑아 유닛의 시간 척도를 1스텝에서 "
        "Tmax스텝까지 고루 펼치고, 입력 편향에는 그 부호를 바꾼 값을 쓴다 "
        "(Tallec, Ollivier 2018). GRU에서는 게이트 하나가 두 역할을 한다."
    ),
    "gain": "순환 가중치에 곱하는 배율.",
    ("graph"): (
        "PyTorch의 retain_grad가 주는 미분. c_{t}를 움직이면 h_{t}도 따라 움직인다."
    ),
    "state derivative": "h_{t}를 고정하고 c_{t}만으로 한 미분.",
    "vanishing": "시퀀스 전체를 거슬러 간 뒤 기울기의 1/1000도 남지 않는다.",
    "exploding": "시퀀스 전체를 거슬러 간 뒤 기울기가 1000배 넘게 커진다.",
    "undetermined": "95 % 신뢰구간이 판정 경계에 걸쳐 있어 판정하지 않는다.",
    "dead": "값이 정확히 0이다. 이를테면 relu 네트워크의 모든 유닛이 꺼진 경우.",
    ("geometric mean"): (
        "로그의 평균에 지수 함수를 취한 값. 튀는 값 하나에 휘둘리지 않는 대푯값이다."
    ),
}
