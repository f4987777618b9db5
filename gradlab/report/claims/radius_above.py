"""What is left where the spectral radius of W_hh is above 1."""

from gradlab.report.claims._weight_numbers import RADIUS, WeightNumber


class RadiusAbove(WeightNumber):
    """How many of these lose the gradient."""

    name = "radius_above"
    measure, above = RADIUS, True
    places = {"predictors": 65}
    text = {
        "en": (
            "In $count of $total networks without gates whose W_{hh} has a "
            "spectral radius above 1, less than "
            "1/1000 of a gradient is left after $length."
        ),
        "ko": (
            "게이트가 없고 W_{hh}의 스펙트럼 반지름이 1보다 큰 네트워크 "
            "$total개 가운데 $count개에서 기울기가 1/1000도 남지 않는다 "
            "($length 뒤)."
        ),
    }
