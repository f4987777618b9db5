"""``python -m experiments.cell_times``: measure, and write the page."""

from collections.abc import Sequence

from experiments.cell_times.measure import ROUNDS, STEPS, measure
from experiments.cell_times.report import QUESTION, tell
from experiments.pages import options, publish


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options("cell_times", QUESTION)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--steps", type=int, default=STEPS)
    given = parser.parse_args(arguments)
    publish(tell(measure(given.rounds, given.steps)), given.out)


if __name__ == "__main__":
    main()
