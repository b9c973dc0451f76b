"""One rival does one work of the comparison, in the current folder.

The answer is one line of JSON:

    python rivals.py <tool> fill|hit
    python rivals.py <tool> miss <first>  # asks for this point and those after it
    python rivals.py <tool> stampede      # asks for the points named on stdin, one answer each
    python rivals.py versions

`ours.rs` does the same for entropic, in the same way.
"""

import json
import platform
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import count
from pathlib import Path
from statistics import median

from orbit import Orbit, Simulation, nth, outputs, result
from tools import TOOLS, Ask

STORED = 1000
# Coprime to STORED: its multiples come by each stored point, in an order that looks random.
STRIDE = 617
WARM_UP = 100
BATCH = 20
BATCHES = 10
SECONDS = 1.0


def answer(fields: Mapping[str, object]) -> None:
    """Print one line."""
    print(json.dumps(fields), flush=True)


def fill(ask: Ask) -> None:
    """Make the stored runs."""
    for n in range(STORED):
        ask(nth(n))
    answer({"done": STORED})


def measure(ask: Ask, numbers: Iterator[int]) -> None:
    """The median seconds of one question, over batches."""
    for _ in range(WARM_UP):
        ask(nth(next(numbers)))
    start = time.perf_counter()
    batches: list[float] = []
    while len(batches) < BATCHES or time.perf_counter() - start < SECONDS:
        orbits = [nth(next(numbers)) for _ in range(BATCH)]
        batches.append(seconds(ask, orbits) / BATCH)
    answer({"seconds": median(batches), "operations": len(batches) * BATCH})


def seconds(ask: Ask, orbits: list[Orbit]) -> float:
    """How long it takes to ask for these."""
    start = time.perf_counter()
    for orbit in orbits:
        ask(orbit)
    return time.perf_counter() - start


def hit(ask: Ask) -> None:
    """Stored points, in scattered order."""
    measure(ask, (i * STRIDE % STORED for i in count()))


def miss(ask: Ask, first: int) -> None:
    """Points that nobody has asked for."""
    measure(ask, count(first))


def stampede(ask: Ask) -> None:
    """Ask for each point named on stdin, when it is named: that is the start for all processes."""
    Simulation.slow = True
    answer({"ready": True})
    for line in sys.stdin:
        answer(verdict(ask, nth(int(line))))


def verdict(ask: Ask, orbit: Orbit) -> dict[str, object]:
    """Whether the answer is right, wrong, or an error."""
    try:
        run = ask(orbit)
    except Exception as error:
        return {"verdict": "failed", "error": type(error).__name__}
    try:
        text = Path(run.file).read_text()
    except OSError:
        return {"verdict": "wrong"}
    right = (run.energy, run.period) == outputs(orbit) and text == result(orbit)
    return {"verdict": "right" if right else "wrong"}


def versions() -> None:
    """Of Python, its SQLite and the rivals."""
    rivals = ["entropic", "signac", "diskcache", "joblib", "exca", "distributed"]
    python = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    answer(python | {name: version(name) for name in rivals})


def main() -> None:
    """Do what the command line says."""
    match sys.argv[1:]:
        case ["versions"]:
            versions()
        case [tool, "fill"]:
            fill(TOOLS[tool]())
        case [tool, "hit"]:
            hit(TOOLS[tool]())
        case [tool, "miss", first]:
            miss(TOOLS[tool](), int(first))
        case [tool, "stampede"]:
            stampede(TOOLS[tool]())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
