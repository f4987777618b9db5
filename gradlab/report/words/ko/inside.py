"""Korean: inside one sequence."""

QUESTION = "한 시퀀스 안에서는 어떤 모습인가?"

MISSING = (
    "모든 스텝 쌍의 지도를 재지 않았다: `--measure triangle`을 더하면 된다 (128 같은 "
    "짧은 길이 하나면 충분하다)."
)
ALT = "$finding 나중 스텝과 앞선 스텝의 삼각형 지도: $names."
ALT_PANEL = "$name: 1/1000과 1000 사이 $share"
CAPTION = (
    "t < T인 모든 쌍에서 ds_{T}/ds_{t}의 크기(전체 상태, 스펙트럼 노름). 선은 "
    "1/1000과 1000의 경계다. 미래는 과거를 바꿀 수 없으므로 절반은 비어 있다."
)
DRAFT = "한 시퀀스 안의 모든 스텝 쌍."
HOW = (
    "가로는 앞선 스텝 t, 세로는 나중 스텝 T다. 대각선에서 멀수록 두 스텝 사이가 "
    "멀다. 옅은 띠가 좁으면 가까운 과거만 보인다."
)
FORMULA = "norm((partial s_T) / (partial s_t))_2, quad 0 <= t <= T"
SPOKEN = "T보다 앞선 모든 t에 대해, 시각 T의 상태를 시각 t의 상태로 미분한 값의 크기"
COMMAND_NOTE = ""
LIMITS = "시드 하나의 시퀀스 하나만 잰 것이다. 다른 시퀀스에서는 세부가 다르다."
