"""Korean: section 12, how each number was obtained."""

QUESTION = "각 수치는 어떻게 얻었는가?"
CHECKED = "닫힌 식과 PyTorch 자동 미분의 차이는 많아야 $error (상대 오차, float64)."
AUTOGRAD_ONLY = "이 스윕의 셀에는 닫힌 식이 없어 자동 미분을 썼다."
UNCHECKED = (
    "닫힌 식을 자동 미분과 비교하지 않았다. 비교하려면: `gradlab sweep --verify`"
)
CHECK_CAPTION = "짧은 궤적에서 자동 미분과 맞춰 본 자체 점검. 허용 오차 10^{-12}."
CHECK_COLUMNS = ("대상", "가장 큰 상대 오차", "비교한 수")
NO_CLOSED_FORM = "닫힌 식이 없어 자동 미분을 썼다"
CONVEYOR = (
    "[[conveyor|컨베이어 벨트]]: 게이트 안의 h에서 기울기를 끊은 자동 미분과 비교 "
    "($kinds)"
)
DEFINITIONS = "정의와 크기"
DEFINITIONS_CAPTION = (
    "n: 상태에 든 수의 개수. 층과 부분마다 H, 그래서 h와 c가 있으면 2H. "
    "복소수는 두 부분."
)
DEFINITION_COLUMNS = ("이름", "식", "크기")
DEFINITION_ROWS = (
    ("[[whole state|전체 상태]]", "s_{t} = h_{t}, 또는 (h_{t}, c_{t})", "n"),
    ("한 스텝의 야코비 행렬", "J_{t} = ds_{t}/ds_{t−1}", "n × n"),
    ("곱", "P = J_{T} … J_{t+1} = ds_{T}/ds_{t}", "n × n"),
    ("남는 기울기", "|P|_{2}, 가장 큰 특잇값", "1"),
    ("스텝당 남는 비율", "(시차 T에서 |P|_{2})^{1/T}", "1"),
    ("[[horizon|도달 거리]]", "|P|_{2} < 1/1000이 되는 첫 시차", "스텝"),
    ("[[stable rank|안정 랭크(방향 수)]]", "|P|_{F}^{2} / |P|_{2}^{2}", "1–n"),
    ("[[conveyor|컨베이어 벨트]]", "diag(f_{t}) 또는 유지 게이트의 곱", "H × H"),
    ("[[detours|우회로]]", "P의 전달 상태 블록 − 컨베이어 벨트", "H × H"),
)
FACTS_CAPTION = "이 스윕, 그리고 수치를 만든 규칙."
FACTS = ("점", "시드", "걸린 시간", "버전", "판정 경계", "평균", "구간")
FACTS_COLUMNS = ("항목", "값")
POINTS = (
    "요청 $asked, 완료 $done, 실패 $failed, 아직 계산하지 않음 $missing, 수의 범위를 "
    "벗어남 $not_finite"
)
OTHERS = ", 같은 저장소에 있는 다른 스윕의 점 $count"
THRESHOLDS = "$values (`--thresholds`). [[horizon|도달 거리]]에는 늘 1/1000을 쓴다."
MEANS = "시퀀스와 시드에 대한 기하평균"
INTERVALS = (
    "95 %, 시드 3개 이상이면 스튜던트 t, 그보다 적으면 긴 시퀀스의 묶음 평균(batch "
    "means)"
)
COMMAND_NOTE = "스윕 전체와 이 보고서를 다시 만든다"
TOML = "TOML로 적은 스윕"
UNKNOWN = "기록되지 않음"
LIMITS = (
    "자체 점검만으로는 이 네트워크가 여러분의 네트워크와 비슷한지 알 수 없다. "
    "자신의 데이터로 재려면: `--input text:FILE`"
)
