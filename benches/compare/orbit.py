"""The record and the simulation of the comparison.

`ours.rs` and `../common/orbit.rs` have the same in Rust.
"""

import os
import time
from pathlib import Path
from typing import Any


Orbit = dict[str, Any]
"""The parameters of a run."""


class Simulation:
    """How long a run lasts, and who is told of it."""

    SECONDS = 0.3
    slow = False


def nth(n: int) -> Orbit:
    """One point of a grid without end."""
    return {
        "adaptive": n % 2 == 0,
        "drag": (n % 97) / 1000.0,
        "dt": (1 + n % 1000) / 10_000.0,
        "label": f"case-{n % 1000}",
        "mass": 1.0 + n / 64.0,
        "method": "euler" if n % 3 == 0 else "rk4",
        "seed": n,
        "steps": 5000 + n % 7,
    }


def outputs(orbit: Orbit) -> tuple[float, float]:
    """Energy and period, as every run of this orbit must find them."""
    return -0.5 / orbit["mass"], orbit["mass"] * 2.0


def result(orbit: Orbit) -> str:
    """The text of the result file, about 100 bytes."""
    energy, period = outputs(orbit)
    lines = ["step,time,energy,period\n"]
    for step in range(3):
        lines.append(f"{step},{step * orbit['dt']:.4f},{energy:.6f},{period:.6f}\n")
    return "".join(lines)


def simulate(orbit: Orbit, file: Path) -> tuple[float, float]:
    """Write the result file and return the outputs."""
    if Simulation.slow:
        tell()
        time.sleep(Simulation.SECONDS)
    file.write_text(result(orbit))
    return outputs(orbit)


def tell() -> None:
    """Count this run: one line, which no other process can come between."""
    log = os.open("ran.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, b"ran\n")
    os.close(log)
