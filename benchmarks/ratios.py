"""How many times faster gradlab is than today's routes, and how far from the floors.

    python -m benchmarks.ratios          all cases, 1,000 small points, training, watch
    python -m benchmarks.ratios -h       fewer of them, more rounds, JSON

On the CPU all cores take part; where there is a GPU, it does.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from benchmarks import small_points, tables, training, watching
from benchmarks.cases import cases
from benchmarks.timing import Timed, time_routes
from gradlab.engines.machine import cores


NOTE = """\
Both norms of dh_T/d(h_t, c_t) at every lag, float32, medians of interleaved rounds.
A time is from the finished run of the network to the norms; the run itself stands in
brackets. For gradlab it keeps what a step gave, for autograd it builds the graph.
gradlab: jacobian_norms, which builds its Jacobians within the time.
autograd: batched gradients of h_T, then torch.linalg.matrix_norm; "h alone" gives
dh_T/dh_t, half of it. jacrev: vmap(jacrev(step)), the chain, matrix_norm. "plain" is
as it is usually written (autograd: one call for all states; jacrev: step after step),
"one call" all steps' Jacobians in one; the others are the fastest of several tried.
floor: the chain's bare products, one or two a step, the faster counts. Pullback floor:
H cotangents through the weights."""


def main(argv: Sequence[str] | None = None) -> None:
    args = _parser().parse_args(argv)
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_num_threads(args.threads)
    chosen, found = _chosen(args, device), []
    print(f"{_machine(device)}\n\n{NOTE}\n", flush=True)
    for case in chosen:
        _report(f"{case.name} ...")
        timed = time_routes(
            case,
            device,
            rounds=args.rounds,
            max_seconds=args.max_seconds,
            report=_report,
        )
        found.append(timed)
    if found:
        print(_all_tables(found), flush=True)
    small = None
    if args.points:
        small = small_points.compare(args.points, args.threads, quick=args.quick)
        print(f"\n{small.table()}", flush=True)
    trained = [] if args.no_training else training.compare(quick=args.quick)
    if trained:
        print(f"\n{training.table(trained)}", flush=True)
    watched = [] if args.no_watching else watching.compare(quick=args.quick)
    if watched:
        print(f"\n{watching.table(watched)}", flush=True)
    if args.json:
        record = _record(device, found, small, trained)
        record["watching"] = [asdict(one) | {"every 50": one.seldom} for one in watched]
        args.json.write_text(json.dumps(record, indent=1))


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _all_tables(found: list[Timed]) -> str:
    parts = {
        "The cases": tables.sizes(found),
        "Milliseconds": tables.milliseconds(found),
        "Ratios": tables.ratios(found, forward=False),
        "Ratios, the run of the network counted in": tables.ratios(found, forward=True),
        "Largest error of ln norms against float64": tables.errors(found),
    }
    return "\n\n".join(f"{title}\n\n{table}" for title, table in parts.items())


def _chosen(args: argparse.Namespace, device: str) -> list:
    known = cases(device)
    names = list(known)
    if args.cases is not None:
        names = [name for name in args.cases.split(",") if name]
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no case {', '.join(unknown)}; there are {', '.join(known)}")
    chosen = [known[name] for name in names]
    return [case.quick() for case in chosen] if args.quick else chosen


def _machine(device: str) -> str:
    if device == "cuda":
        return f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    return (
        f"{_processor()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    )


def _processor() -> str:
    """Return the processor's name where the system gives it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def _record(
    device: str, found: list[Timed], small: Any, trained: list[training.Speed]
) -> dict[str, Any]:
    return {
        "device": device,
        "machine": _machine(device),
        "cases": {
            timed.case.name: asdict(timed)
            | {
                "ratios": {
                    name: timed.ratio(over, under)
                    for name, over, under in tables.RATIOS
                }
            }
            for timed in found
        },
        "small_points": None if small is None else asdict(small),
        "training": [asdict(one) | {"ratio": one.ratio} for one in trained],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ratios", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--cases", metavar="A,B", help="names; all when left out")
    parser.add_argument("--rounds", type=int, default=5, help="at most (5)")
    parser.add_argument(
        "--max-seconds", type=float, default=60.0, metavar="SECONDS",
        help="a route that has used this much skips the other rounds (60)",
    )  # fmt: skip
    parser.add_argument(
        "--points", type=int, default=1000, metavar="N",
        help="small points of the sweep (1000); 0 leaves it out",
    )  # fmt: skip
    parser.add_argument("--no-training", action="store_true", help="leave it out")
    parser.add_argument("--no-watching", action="store_true", help="leave it out")
    parser.add_argument("--quick", action="store_true", help="small sizes, to try it")
    parser.add_argument(
        "--threads", type=int, default=cores(), metavar="N",
        help="also workers of the sweep; all cores by default",
    )  # fmt: skip
    parser.add_argument("--device", choices=["cpu", "cuda"])
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures as JSON"
    )
    return parser


if __name__ == "__main__":
    main()
