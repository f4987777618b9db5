"""Calls that workers carry out; the parent names them and imports no torch.

Workers import this module before their first call: a limit on a point's time is not
to pay for the import.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from gradlab import inputs
from gradlab.errors import ConfigError, VerificationError
from gradlab.numerics.allocator import keep_freed_memory
from gradlab.sweeps import keys
from gradlab.sweeps.point import describe, measure_points


if TYPE_CHECKING:
    from gradlab.sweeps.outcome import Check, Outcome
    from gradlab.sweeps.points import Point
    from gradlab.sweeps.requirements import Requirements

__all__ = ["describe", "measure", "prepare", "reach", "verify"]


def prepare(files: Mapping[str, bytes]) -> None:
    """Set up the allocator, and let ``files`` stand for those that inputs read.

    Args:
        files: argument of an input's spec -> contents; empty on the machine where the
            sweep was started.
    """
    keep_freed_memory()
    inputs.ship(files)
    keys.forget()


def measure(points: Sequence["Point"], needs: "Requirements") -> list["Outcome"]:
    """Measure a group; a group that raises is tried member by member."""
    return measure_points(points, needs)


def verify(kinds: Sequence[tuple[str, str | None]]) -> list["Check"]:
    """Compare closed forms with autograd, one kind of cell after the other.

    A cell that cannot take a step is left out: its points will say why they fail.

    Raises:
        VerificationError: a closed form and autograd disagree.
    """
    from gradlab.sweeps.verify import check

    checks = []
    for cell, activation in kinds:
        try:
            checks.append(check(cell, activation))
        except VerificationError:
            raise
        except Exception:
            continue
    return checks


def reach(device: str) -> str:
    """Return ``device`` where a tensor can be put on it.

    Raises:
        ConfigError: there is no such device here, or torch cannot use it.
    """
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigError(
            got=f"device {device}: {str(error).splitlines()[0].rstrip('.')}",
            expected="a device that torch can use on this machine",
            try_="--device cpu",
        ) from error
    return device
