"""Korean: a real backward pass, and where formats of numbers end."""

QUESTION = "실제 역전파에서는 무엇이 도착하는가?"

MISSING = (
    "역전파를 잰 결과가 없다: `--measure loss_gradient,weight_share`를 더하면 된다."
)
H_TITLE = "h에 대한 기울기, 마지막 스텝의 손실"
C_TITLE = "c에 대한 기울기, 마지막 스텝의 손실"
SHARE_TITLE = "가중치 기울기에서 마지막 스텝들의 비중"
EVERY_TITLE = "h에 대한 기울기, 모든 스텝의 손실"
X = "시차: 끝에서 거슬러 간 스텝 수"
Y_H = "dL/dh_{t}의 크기"
Y_C = "dL/dc_{t}의 크기"
Y_SHARE = "여기까지 누적된 비중"
MARK = "$last스텝"
ALT = "$finding 시차에 따른 h와 c에 대한 손실의 기울기, 누적된 비중."
CAPTION = (
    "`loss.backward()` 한 번을 훅(hook)으로 잰 값: |dL/dh_{t}|, |dL/dc_{t}| "
    "(`retain_grad`가 주는 값: [[graph|그래프 미분]]), 그리고 끝에서부터 누적한 "
    "dL/dW_{hh}의 비중. 비중에는 부호가 있어 도중에 1을 넘을 수 있다."
)
UNDERFLOW = "정확히 0으로 나온 값은 쓰인 수 형식의 가장 작은 수보다 작다."
DRAFT = "역전파 한 번에서 얻은 손실의 기울기와 가중치 기울기의 비중."
HOW = (
    "손실이 모든 스텝에 있으면 스텝마다 기울기가 다시 채워져 사라지는 것이 가려진다. "
    "곡선은 손실에서 시작해 과거로 간다. 몇 스텝 만에 비중이 1에 가까워지면 "
    "가중치는 그 몇 스텝에서만 배운다."
)
FORMULA = (
    '(partial L) / (partial W) = sum_(t = 1)^T G_t, quad "스텝" t "의 비중" = '
    "(chevron.l G_t, G chevron.r) / norm(G)^2"
)
SPOKEN = (
    "가중치의 기울기는 스텝마다의 기여 G t의 합이다. 한 스텝의 비중은 G t와 합 "
    "G의 내적을 G 크기의 제곱으로 나눈 값이다"
)
COMMAND_NOTE = "모든 스텝의 손실: `--loss every`."
LIMITS = "손실은 무작위 선형 함수 하나이며 실제 과제의 손실이 아니다."

FORMAT_NETWORK = "네트워크"
FORMAT_CAPTION = "몇 스텝을 거슬러 가면 곱이 부동소수점 형식의 범위를 벗어나는가?"
FORMAT_RULE = (
    "스케일을 조정하지 않은 전체 곱 ds_{T}/ds_{T−lag}, 시드의 중앙값. 따로 적지 "
    "않은 칸은 곱이 가장 작은 정규 수(normal number)보다 작아지는 스텝이다."
)
FORMAT_OVER = "$steps스텝에서 범위 초과"
