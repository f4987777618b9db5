"""Korean: whether length makes it worse."""

QUESTION = "시퀀스가 길어지면 더 나빠지는가?"

ONE_LENGTH = (
    "길이 하나만 쟀다 ($length스텝). 더 긴 시퀀스를 보려면 `--length 16:256:x4`."
)
NO_SIZE = "이 스윕에서 재지 않았다: `--measure spectral_norm`"

COLUMN = "시퀀스의 길이 T"
X_DOTS = "T스텝 뒤에 남는 기울기"
ROW_DOTS = "T"
ALT = "$finding 네트워크 $rows개와 길이 $columns개의 지도. 양 끝: $extremes."
ALT_EXTREME = "$name, $column: $left"
CAPTION = "남는 ds_{T}/ds_{0}의 크기, 10의 지수와 판정."
CHRONO = " chrono는 T마다 그 T를 Tmax로 쓴다."
DRAFT = "길이 T인 시퀀스 전체를 거슬러 간 뒤 남는 기울기."
HOW = (
    "스텝마다 같은 비율을 잃으면 10의 지수는 길이에 비례해 커진다. 길이가 네 "
    "배면 지수도 네 배다."
)
HOW_DOTS = (
    "왼쪽일수록 적게 남는다. 스텝마다 같은 비율을 잃으면 10의 지수는 길이에 "
    "비례해 커진다."
)
FORMULA = "norm((partial s_T) / (partial s_0))_2 approx e^(lambda T)"
SPOKEN = (
    "마지막 상태를 처음 상태로 미분한 것의 크기는 약 e의 lambda T 제곱이고, "
    "lambda는 스텝당 비율이다"
)
COMMAND_NOTE = "더 길게: `--length 16:1024:x4`."
LIMITS = "마지막 열까지 남는 네트워크도 그 너머에서는 기울기를 잃을 수 있다."
