"""``python -m experiments.hello``: measure, and write the page."""

from collections.abc import Sequence

from experiments.hello.measure import SEED, UPDATES, measure
from experiments.hello.report import QUESTION, tell
from experiments.pages import options, publish


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options("hello", QUESTION)
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    publish(tell(measure(given.updates, seed=given.seed)), given.out)


if __name__ == "__main__":
    main()
