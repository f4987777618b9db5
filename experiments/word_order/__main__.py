"""``python -m experiments.word_order``: measure, and write the page."""

from collections.abc import Sequence

import torch

from experiments.pages import options, positive, publish
from experiments.word_order.measure import SEEDS, UPDATES, measure
from experiments.word_order.report import QUESTION, tell


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options("word_order", QUESTION)
    parser.add_argument("--seeds", type=positive, default=SEEDS)
    parser.add_argument("--updates", type=positive, default=UPDATES)
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)  # small networks: faster, and the same bits
    publish(
        lambda: tell(measure(given.seeds, given.updates)), given.out, parser, arguments
    )


if __name__ == "__main__":
    main()
