"""``python -m experiments.cell_times``: measure, and write the page."""

from collections.abc import Sequence

from experiments.cell_times.measure import ROUNDS, STEPS, measure
from experiments.cell_times.report import QUESTION, tell
from experiments.pages import options, positive, publish


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options("cell_times", QUESTION)
    parser.add_argument("--rounds", type=positive, default=ROUNDS)
    parser.add_argument("--steps", type=positive, default=STEPS)
    given = parser.parse_args(arguments)
    publish(
        lambda: tell(measure(given.rounds, given.steps)), given.out, parser, arguments
    )


if __name__ == "__main__":
    main()
