"""What is left where the largest singular value of W_hh is 1 or less."""

from gradlab.report.claims._weight_numbers import NORM, WeightNumber


class NormBelow(WeightNumber):
    """How many of these lose the gradient."""

    name = "norm_below"
    measure, above = NORM, False
    places = {"predictors": 20}
    text = {
        "en": (
            "In $count of $total networks without gates whose W_{hh} has a largest "
            "singular value of 1 or less, less than 1/1000 of a gradient is left "
            "after $length."
        ),
        "ko": (
            "게이트가 없고 W_{hh}의 최대 특잇값이 1 이하인 네트워크 "
            "$total개 가운데 $count개에서 기울기가 1/1000도 남지 않는다 "
            "($length 뒤)."
        ),
    }
