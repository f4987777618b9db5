"""Korean: how far back the gradient reaches."""

QUESTION = "기울기는 얼마나 먼 과거까지 닿는가?"

PICTURE = "선이 곧게 내려가면 스텝마다 같은 비율을 잃는다는 뜻이다."
PICTURE_ALT = "시차에 따라 남는 기울기의 곡선, 시차 0에서 1이다."

X = "시차: 끝에서 거슬러 간 스텝 수"
Y = "남는 기울기"
SHADE = "이 보고서의 기준으로 소실"
ALT = "$finding 시차에 따라 남는 기울기의 곡선, 시차 0에서 1이다. $ends"
ALT_END = "$name: 시차 $length, $left."
CAPTION = (
    "ds_{T}/ds_{T−lag}의 크기(전체 상태, 스펙트럼 노름)를 [[lag|시차]]에 따라 그렸다."
)
CHRONO = "여기서 chrono의 Tmax = $length."
TWIN = "곡선이 겹쳐 하나만 그렸다: $one = $other."
LEFT_OUT = "맨 위의 표에만 있는 것: $name."
LEFT_OUT_MANY = "그 사이의 네트워크 $count개는 맨 위의 표에만 두었다."
DRAFT = "시차에 따라 남는 기울기."

HOW = (
    "오른쪽으로 갈수록 시퀀스의 끝에서 먼 과거다. 점은 [[horizon|도달 거리]], 곧 "
    "1/1000 아래로 떨어지는 곳이고, >가 붙은 빈 점은 거기까지 가지 않았다는 "
    "뜻이다."
)
FORMULA = (
    "norm((partial s_T) / (partial s_(T - tau)))_2 = norm(J_T J_(T-1) dots.c J_(T - "
    "tau + 1))_2"
)
SPOKEN = (
    "T의 상태를 tau 스텝 앞의 상태로 미분한 것의 가장 큰 특잇값. 이 미분은 그 "
    "사이 한 스텝 야코비 행렬 tau개의 곱이다"
)
COMMAND_NOTE = (
    "다른 활성화 함수: `--activation silu`, 다른 데이터: `--input text:FILE`."
)
LIMITS = "먼 과거에서 배우려면 기울기가 멀리 닿아야 하지만, 그것만으로는 충분하지 않다."
TABLE = "네트워크 $count개 전부"
TABLE_SOME = "네트워크 $count개 중 $shown개"
