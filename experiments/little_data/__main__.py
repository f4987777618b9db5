"""``python -m experiments.little_data``: measure, and write the page."""

from collections.abc import Sequence

from experiments.little_data.measure import (
    COUNTS,
    HIDDEN,
    SEEDS,
    TUNING_SEEDS,
    UPDATES,
    measure,
)
from experiments.little_data.report import QUESTION, tell
from experiments.pages import options, positive, publish
from gradlab.report.blocks import Document


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options("little_data", QUESTION)
    parser.add_argument("--updates", type=positive, default=UPDATES)
    parser.add_argument("--seeds", type=positive, default=SEEDS)
    parser.add_argument("--tuning-seeds", type=positive, default=TUNING_SEEDS)
    parser.add_argument("--counts", type=positive, nargs="+", default=COUNTS)
    parser.add_argument("--hidden", type=positive, default=HIDDEN)
    parser.add_argument("--jobs", type=positive, default=None)
    given = parser.parse_args(arguments)
    counts = sorted(set(given.counts))
    if len(counts) < 2:
        parser.error(f"--counts {counts[0]}: expected two numbers of images or more")

    def measured() -> Document:
        found = measure(
            given.out,
            updates=given.updates,
            seeds=given.seeds,
            tuning_seeds=given.tuning_seeds,
            counts=counts,
            hidden=given.hidden,
            jobs=given.jobs,
        )
        return tell(found)

    publish(measured, given.out, parser, arguments)


if __name__ == "__main__":
    main()
