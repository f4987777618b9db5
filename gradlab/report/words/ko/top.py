"""Korean: the top of the page."""

TITLE = "gradlab: 기울기는 어디서 소실되고 어디서 폭주하는가"
PROVENANCE = "스윕$name$when · $points, 실패 $failed개$undetermined$time"
WHEN = " $year년 $month월 $day일 $time"
MONTHS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")
POINT = "점 1개"
POINTS = "점 $count개"
OF_THEM_TRAINED = " (그중 $count개는 학습)"
NOT_COMPUTED = "아직 계산하지 않은 점 $count개"
UNDETERMINED = "표에서 미정 $count개"
FOOTER = "gradlab $version, 측정 데이터로 만들었다. 다시 만드는 명령: `$command`"

# the second line of the page: what was measured
BANNER_NONE = "잰 것이 없다."
BANNER = "학습하지 않은 네트워크에서 쟀다. 입력: $fed."
MEANING = "학습을 시작하기 전에 무엇이 과거에 닿는지를 보여 준다."
BANNER_WEIGHTS = "가중치 파일: $file. 입력: $fed."
MEANING_WEIGHTS = "이 가중치로 무엇이 과거에 닿는지를 보여 준다."
ONLY_TRAINED = '"학습이 되는가?" 절만 학습시킨 네트워크다 ($tasks).'
BANNER_TRAINING = (
    "학습시키면서 잰 네트워크다. 과제: $tasks, 갱신 $updates회. 학습 전에 무엇이 "
    "있었고 학습이 되었는지를 보여 준다."
)
AND = "$first, $last"
FED_NOISE = "잡음"
FED_SILENCE = "없음 (무작위 상태에서 시작)"
EITHER = "$first 또는 $last"
FED_TEXT = "텍스트 파일 $file"
FED_SEQUENCES = "시퀀스 파일 $file"
FED_OTHER = "$name"

# the headline
NOTHING_ASKED = ("이 저장소에는 아직 점이 없다.",)
NOTHING = (
    "점 $count개 중 계산할 수 있었던 것이 하나도 없어 보여 줄 것이 없다.",
    "첫 메시지: $message",
)
NOT_YET = ("점 $count개 중 계산이 끝난 것이 아직 없다.",)
NO_MESSAGE = "(메시지 없음)"
NO_SIZE = ("이 스윕에서는 전체 기울기의 크기를 재지 않았다.",)

# the table
NETWORK = "네트워크"
KEPT = "스텝당 남는 비율"
KEPT_NOTE = "± 95 % 신뢰구간의 절반"
HORIZON = "[[horizon|도달 거리]]*"
LEFT = "$length스텝 뒤"
LEFT_NOTE = "T = $length"
NOTE_CHRONO = (
    "chrono: 유닛들이 1스텝에서 T스텝 사이에 잊도록 망각 편향을 뽑고, 입력 "
    "편향에는 그 부호를 바꾼 값을 쓴다."
)
DIRECTIONS = "[[stable rank|방향]]†"
VERDICT = "T = $length"
CAPTION = (
    "네트워크마다 한 스텝에 얼마나 남는지, 그래서 어디까지 닿는지, 끝에는 얼마나 "
    "남는지."
)
NOTE_HORIZON = (
    "\\* 기울기가 1/1000 아래로 떨어지기까지 거슬러 간 스텝 수. >$length: "
    "$length스텝 안에는 그렇게 되지 않았다. gradlab은 잰 것 너머를 추정하지 "
    "않는다."
)
NOTE_HORIZON_PLAIN = "\\* 기울기가 1/1000 아래로 떨어지기까지 거슬러 간 스텝 수."
NOTE_DIRECTIONS = (
    "†\u00a0시차 $length에서 살아남은 기울기가 아직 구별하는 상태의 방향 수 ([[stable "
    "rank|안정 랭크]]). 여기서 가장 큰 상태의 크기: $most."
)
NOTE_RULE = (
    "마지막 열은 전체 길이를 거슬러 간 뒤 남은 값으로 판정한다: $t0 미만 소실, "
    "$t1 미만 약화, $t2 이하 안정, $t3 이하 증가, 그보다 크면 폭주. 시드에 대한 "
    "95 % 신뢰구간이 경계에 걸치면 미정이다. 경계를 바꾸려면 `--thresholds`."
)
NOTE_FEW_SEEDS = (
    "시드가 3개 미만이다: 시드에 대한 신뢰구간은 없고 실행 안의 묶음 평균에서 "
    "얻은 구간만 있다. 구간이 없는 곳에서는 잰 값만으로 판정한다."
)
NOTE_HOW = (
    "모든 값은 시퀀스와 시드에 대한 기하평균이다 ($seeds). 크기는 [[whole "
    "state|전체 상태]] 미분의 [[spectral norm|스펙트럼 노름]]이고, [[lag|시차]] "
    "0에서 1이다. [[kept per step|스텝당 남는 비율]]은 T스텝 뒤에 남은 값의 "
    "1/T제곱이다. T보다 짧은 길이의 값은 그만큼 짧은 시퀀스 전체에서 잰 것이다."
)
NOTE_TOLD = (
    "네트워크 $count개 중 $shown개를 보였다. 가장 많이 남는 것, 가장 적게 남는 "
    "것, 중앙값 부근의 것이다. $where."
)
IN_TABLE = "모두 2절에 있다"
IN_EXPORT = "모두 보려면 `gradlab export`"
SOME_DEAD = ", 시드 $seeds개 중 $count개는 정확히 0"
NOTE_ODD = "$Name: $what."
ODD_DEAD = "시드 $seeds개 중 $count개에서 정확히 0"
ODD_BROKEN = "시드 $seeds개 중 $count개에서 유한하지 않음"
ODD_STEP = " (처음은 $step번째 스텝)"

REFERENCE = "**따로 적지 않으면 모두 같다:** $values."
REF_WEIGHTS = "가중치 $init"
REF_OPEN = "$held(셀이 정하지 않는 경우)"
REF_GAIN = "게인 $gain"
REF_ACTIVATION = "활성화 함수 $activation"
REF_HIDDEN = "은닉 크기 $hidden"
REF_INPUT = "입력 $input"
REF_FEATURES = " (특징 $features개)"
REF_STATE_ZERO = "모든 상태는 0에서 시작"
REF_STATE_RANDOM = "상태는 무작위 값에서 시작"
REF_DTYPE = "$dtype, 로그는 float64"
REF_SEQUENCES = "점마다 시퀀스 $sequences개"
REF_BIAS = "기본 편향은 PyTorch 그대로이고, 모든 게이트에서 0 근처다"
NOTE_MORE_ODD = "네트워크 $count개에서 더 같거나 비슷하다."
SEEDS = "시드 $count개"
SEED = "시드 1개"
SEEDS_RANGE = "시드 $low–$high개"

MADE = "이 값들을 어떻게 얻었는가, 무엇을 고정했는가"
LEGEND = (
    "**기호:** ▼ 소실, ▽ 약화, ● 안정, △ 증가, ▲ 폭주, ? 미정, ✕ 정확히 0, ! "
    "유한하지 않음."
)

FAILED_CAPTION = "실패한 점을 메시지별로 모았다. 나머지는 모두 이 점들 없이 보고한다."
FAILED_COLUMNS = ("점", "메시지", "예")
