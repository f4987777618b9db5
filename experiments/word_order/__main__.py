"""``python -m experiments.word_order``: measure, and write the page."""

from collections.abc import Sequence

from experiments.pages import options, publish
from experiments.word_order.measure import SEEDS, UPDATES, measure
from experiments.word_order.report import QUESTION, tell


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options("word_order", QUESTION)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--updates", type=int, default=UPDATES)
    given = parser.parse_args(arguments)
    publish(tell(measure(given.seeds, given.updates)), given.out)


if __name__ == "__main__":
    main()
