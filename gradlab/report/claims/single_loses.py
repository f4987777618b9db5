"""How many products float32 would lose."""

from gradlab.report.claims._formats import OutOfRange


class SingleLoses(OutOfRange):
    """Products beyond the smallest number of float32."""

    name = "single_loses"
    places = {"formats": 65}
    form = "float32"
    text = {
        "en": (
            "Kept in float32 and not rescaled, the product underflows in $count of "
            "$total networks within $length."
        ),
        "ko": (
            "float32로 두고 스케일을 조정하지 않으면 곱에 언더플로가 나는 "
            "네트워크: $total개 중 $count개 ($length 이내)."
        ),
    }
