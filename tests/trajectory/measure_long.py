"""Run in a process of its own: the chain's norms along a very long trajectory.

Prints peak memory in MB, processor seconds and the last ln norm, as JSON.
"""

import json
import sys
import time
from pathlib import Path

import torch

from gradlab import cells
from gradlab.jacobians import jacobian_norms
from gradlab.trajectory import unroll


def main(spec: str, length: int, blocks: str) -> None:
    torch.set_num_threads(1)
    cell = cells.build(spec, 64, 64, seed=0)
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(1, length, 64, generator=generator)
    began = time.process_time()
    norms = jacobian_norms(unroll(cell, inputs, keep_every="auto"), blocks)
    # not ru_maxrss, which is no less than what the process that started this one held
    lines = Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    figures = {
        "megabytes": int(status["VmHWM"].split()[0]) / 1024,
        "seconds": time.process_time() - began,
        "ln_norm": float(norms.ln_spectral_norm.at(block="joint")[-1, 0]),
        "lags": len(norms.ln_frobenius_norm_every_lag.at(block="joint")),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
