"""The record and the runner of `sweeps.py`, in a file that Dask's workers can import by name."""

from pathlib import Path
from typing import Any

from entropic import Base, Mapped

RESULT = b"step,energy\n0,-0.5\n1,-0.5\n"


class OrbitRun(Base):
    """As `../common/orbit.rs` has it."""

    __tablename__ = "orbits"
    adaptive: Mapped[bool]
    drag: Mapped[float]
    dt: Mapped[float]
    label: Mapped[str]
    mass: Mapped[float]
    method: Mapped[str]
    seed: Mapped[int]
    steps: Mapped[int]
    energy: Mapped[float | None]
    period: Mapped[float | None]


def runner(params: dict[str, Any]) -> None:
    """As in `../sweep/misses.rs`."""
    params["energy"] = -0.5 / params["mass"]
    Path(params["result_file"]).write_bytes(RESULT)
