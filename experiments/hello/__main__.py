"""``python -m experiments.hello``: measure, and write the page."""

from collections.abc import Sequence

import torch

from experiments.hello.measure import SEED, UPDATES, measure
from experiments.hello.report import QUESTION, tell
from experiments.pages import options, positive, publish


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options("hello", QUESTION)
    parser.add_argument("--updates", type=positive, default=UPDATES)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)  # small networks: faster, and the same bits
    publish(
        lambda: tell(measure(given.updates, seed=given.seed)),
        given.out,
        parser,
        arguments,
    )


if __name__ == "__main__":
    main()
