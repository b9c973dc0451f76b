"""Sweeps of the Python package, for the benchmark `sweep`: misses, then hits.

`python sweeps.py serial|dask POINTS` keeps its store in the current folder, and says
the seconds of each. The cluster of Dask is there before the clock starts.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from entropic import Store

from orbit import nth
from orbit_run import OrbitRun, runner

WORKERS = 2


@contextmanager
def client(tool: str) -> Iterator[Any]:
    """Who makes the runs: this process, or a cluster on this machine."""
    if tool == "serial":
        yield None
        return
    from dask.distributed import Client, LocalCluster

    # The workers import the runner.
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def sweep(store: Any, points: int, client: Any) -> float:
    """The seconds of one sweep."""
    start = time.perf_counter()
    records = store.sweep((nth(n) for n in range(points)), client=client)
    seconds = time.perf_counter() - start
    if len(records) != points:
        sys.exit(f"{len(records)} records of {points} points")
    return seconds


def main() -> None:
    """Do what the command line says."""
    tool, points = sys.argv[1], int(sys.argv[2])
    store = Store(
        runner=runner,
        result_cls=OrbitRun,
        results_dir="./results",
        file_suffix=".csv",
        db_url="sqlite:///./runs.sqlite3",
    )
    with client(tool) as workers:
        misses = sweep(store, points, workers)
        hits = sweep(store, points, workers)
    print(json.dumps({"misses": misses, "hits": hits}))


if __name__ == "__main__":
    main()
