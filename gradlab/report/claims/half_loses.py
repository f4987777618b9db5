"""How many products float16 would lose."""

from gradlab.report.claims._formats import OutOfRange


class HalfLoses(OutOfRange):
    """Products beyond the smallest number of float16."""

    name = "half_loses"
    places = {"formats": 80}
    form = "float16"
    text = {
        "en": (
            "Kept in float16 and not rescaled, the product underflows in $count of "
            "$total networks within $length."
        ),
        "ko": (
            "float16으로 두고 스케일을 조정하지 않으면 곱에 언더플로가 나는 "
            "네트워크: $total개 중 $count개 ($length 이내)."
        ),
    }
