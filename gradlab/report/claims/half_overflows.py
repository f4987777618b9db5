"""How many products are too large for float16."""

from gradlab.report.claims._formats import OutOfRange


class HalfOverflows(OutOfRange):
    """Products beyond the largest number of float16."""

    name = "half_overflows"
    places = {"formats": 60}
    form = "float16"
    kind = "overflow"
    text = {
        "en": (
            "Kept in float16 and not rescaled, the product overflows in $count of "
            "$total networks within $length."
        ),
        "ko": (
            "float16으로 두고 스케일을 조정하지 않으면 곱에 오버플로가 나는 "
            "네트워크: $total개 중 $count개 ($length 이내)."
        ),
    }
