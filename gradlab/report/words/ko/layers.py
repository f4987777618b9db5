"""Korean: networks of several layers, layer by layer (a table of section 1)."""

CAPTION = "스텝당 남는 비율: 각 층 안에서, 맨 위 층에서 첫 층으로, 네트워크 전체에서."
NETWORK = "네트워크"
WITHIN = "$number층"
DOWN = "맨 위 → 첫 층"
WHOLE = "전체"
NOTE = (
    "층 안: 입력을 고정하고, 그 층의 상태를 자신의 이전 상태로 미분했다. "
    "맨 위 → 첫 층: 맨 위 층의 상태를 첫 층의 이전 상태로 미분했다."
)
