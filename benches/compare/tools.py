"""The rivals, each used as its own documentation tells.

Every tool keeps its store in the current folder, and is a function that opens it.
What that returns is asked for orbits: it finds the run or makes it, and says its
outputs and where its result is.

A tool is imported by the function that opens it, so that none pays for the others.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from orbit import Orbit, simulate


class Run(NamedTuple):
    """What is known of a run."""

    energy: float
    period: float
    file: str


Ask = Callable[[Orbit], Run]


def open_entropic() -> Ask:
    """The reference package: outputs are columns, which the runner sets."""
    from entropic import Base, Mapped, Store

    class OrbitRun(Base):
        __tablename__ = "orbits"
        adaptive: Mapped[bool]
        drag: Mapped[float]
        dt: Mapped[float]
        label: Mapped[str]
        mass: Mapped[float]
        method: Mapped[str]
        seed: Mapped[int]
        steps: Mapped[int]
        energy: Mapped[float]
        period: Mapped[float]

    def runner(params: dict[str, Any]) -> None:
        params["energy"], params["period"] = simulate(params, Path(params["result_file"]))

    store = Store(
        runner=runner,
        result_cls=OrbitRun,
        results_dir="./results",
        file_suffix=".csv",
        db_url="sqlite:///./runs.sqlite3",
    )

    def ask(orbit: Orbit) -> Run:
        record = store.run_or_retrieve(orbit)
        return Run(record.energy, record.period, record.result_file)

    return ask


def open_signac() -> Ask:
    """A job is a folder: the result is a file in it, the outputs are in its document."""
    import signac

    project = signac.init_project()

    def ask(orbit: Orbit) -> Run:
        job = project.open_job(orbit)
        file = job.fn("result.csv")
        known = job.document()
        if "period" not in known:
            energy, period = simulate(orbit, Path(file))
            job.document.update(energy=energy, period=period)
            return Run(energy, period, file)
        return Run(known["energy"], known["period"], file)

    return ask


def compute(**orbit: Any) -> Run:
    """What the tools without result files remember: the run, which names its own file.

    It is written with care, under a name of this process first: a tool that does not
    know of the file shall not seem to give half of it.
    """
    file = Path("results", f"{orbit['seed']}.csv")
    part = file.with_suffix(f".{os.getpid()}")
    run = Run(*simulate(orbit, part), str(file))
    part.replace(file)
    return run


def open_diskcache() -> Ask:
    """`Cache.memoize`."""
    import diskcache

    Path("results").mkdir(exist_ok=True)
    memoized = diskcache.Cache("cache").memoize()(compute)
    return lambda orbit: memoized(**orbit)


def open_diskcache_barrier() -> Ask:
    """The documented cure for stampedes: look, lock, and look again."""
    import diskcache

    Path("results").mkdir(exist_ok=True)
    cache = diskcache.Cache("cache")
    locked = diskcache.barrier(cache, diskcache.Lock)(cache.memoize()(compute))
    memoized = cache.memoize()(locked)
    return lambda orbit: memoized(**orbit)


def open_joblib() -> Ask:
    """`Memory.cache`."""
    import joblib

    Path("results").mkdir(exist_ok=True)
    memoized = joblib.Memory("cache", verbose=0).cache(compute)
    return lambda orbit: memoized(**orbit)


def open_exca_task() -> Ask:
    """`TaskInfra`: one configuration, one run."""
    import exca
    import pydantic

    class OrbitTask(pydantic.BaseModel):
        adaptive: bool
        drag: float
        dt: float
        label: str
        mass: float
        method: str
        seed: int
        steps: int
        infra: exca.TaskInfra = exca.TaskInfra()

        @infra.apply
        def compute(self) -> Run:
            return compute(**self.model_dump(exclude={"infra"}))

    Path("results").mkdir(exist_ok=True)
    return lambda orbit: OrbitTask(**orbit, infra=exca.TaskInfra(folder="cache")).compute()


def open_exca_map() -> Ask:
    """`MapInfra`: one configuration, many items, kept as JSON.

    Without its copies in memory, since it is the disk that is asked.
    """
    import exca
    import pydantic

    class OrbitMap(pydantic.BaseModel):
        infra: exca.MapInfra = exca.MapInfra()

        @infra.apply(item_uid=json.dumps)
        def compute(self, orbits: Iterable[Orbit]) -> Iterator[dict[str, Any]]:
            for orbit in orbits:
                yield compute(**orbit)._asdict()

    Path("results").mkdir(exist_ok=True)
    mapped = OrbitMap(infra=exca.MapInfra(folder="cache", keep_in_ram=False))
    return lambda orbit: Run(**next(iter(mapped.compute([orbit]))))


TOOLS: dict[str, Callable[[], Ask]] = {
    "entropic": open_entropic,
    "signac": open_signac,
    "diskcache": open_diskcache,
    "diskcache-barrier": open_diskcache_barrier,
    "joblib": open_joblib,
    "exca-task": open_exca_task,
    "exca-map": open_exca_map,
}
