"""The Python half of the interop tests: the reference package, driven through a pipe.

One line of JSON in, a request; one line of JSON out, its answer, until the input ends. `op` says what to do: it is
the name of a function below. `{"error": …}` is an exception.

What JSON has no word for travels as an object with one key: `{"$float": "nan"}`, `{"$int": "…"}` beyond 64 bits,
`{"$datetime": "2026-01-02 …"}`, `{"$date": …}`, `{"$time": …}`, `{"$method": "rk4"}`, `{"$tuple": […]}`, and
`{"$os": "ff"}`: what Python makes of bytes in a file name that are not UTF-8.
"""

import datetime as dt
import enum
import json
import math
import random
import sys
import traceback
from pathlib import Path
from typing import Any, Optional

from entropic import Base, Mapped, Store, mapped_column
from entropic.hashing import hash_dict
from sqlalchemy import JSON, BigInteger, Enum, NullPool, create_engine
from sqlalchemy.orm import Session


class Method(str, enum.Enum):
    EULER = "euler"
    RK4 = "rk4"
    LEAP_FROG = "leap-frog"


# The models, as users write them. Each is made when a test first asks for it: a store makes the tables of all models
# that its process knows.


def trials():
    class Trial(Base):
        __tablename__ = "trials"
        label: Mapped[str]
        steps: Mapped[int]
        seed: Mapped[int] = mapped_column(BigInteger)
        dt: Mapped[float]
        fast: Mapped[bool]
        method: Mapped[str]
        drag: Mapped[Optional[float]]
        note: Mapped[Optional[str]]
        cap: Mapped[Optional[int]]

    return Trial


def trials_with_budget():
    class TrialWithBudget(Base):
        __tablename__ = "trials"
        label: Mapped[str]
        steps: Mapped[int]
        seed: Mapped[int] = mapped_column(BigInteger)
        dt: Mapped[float]
        fast: Mapped[bool]
        method: Mapped[str]
        drag: Mapped[Optional[float]]
        note: Mapped[Optional[str]]
        cap: Mapped[Optional[int]]
        budget: Mapped[Optional[float]]

    return TrialWithBudget


def events():
    class Event(Base):
        __tablename__ = "events"
        name: Mapped[str]
        at: Mapped[dt.datetime]
        start: Mapped[dt.datetime]
        day: Mapped[dt.date]
        clock: Mapped[dt.time]
        until: Mapped[Optional[dt.datetime]]
        shape: Mapped[dict[str, Any]] = mapped_column(JSON)

    return Event


def counts():
    class Count(Base):
        __tablename__ = "counts"
        n: Mapped[int]

    return Count


def levels():
    class Level(Base):
        __tablename__ = "levels"
        x: Mapped[float]

    return Level


def measures():
    class Measure(Base):
        __tablename__ = "measures"
        mass: Mapped[float]
        energy: Mapped[Optional[float]]
        rounds: Mapped[Optional[int]] = mapped_column(BigInteger)

    return Measure


def choices():
    class Choice(Base):
        __tablename__ = "choices"
        method: Mapped[Method] = mapped_column(Enum(Method))

    return Choice


def notes():
    class Note(Base):
        __tablename__ = "notes"
        value: Mapped[Any] = mapped_column(JSON)

    return Note


MODELS: dict[str, type[Base]] = {}


def model(name):
    if name not in MODELS:
        makers = (trials, trials_with_budget, events, counts, levels, measures, choices, notes)
        MODELS[name] = {maker.__name__: maker for maker in makers}[name]()
    return MODELS[name]


def forget(request):
    """Another test begins."""
    MODELS.clear()
    Base.registry.dispose()
    Base.metadata.clear()


# Values on their way in and out.

READERS = {
    "$float": float,
    "$int": int,
    "$datetime": dt.datetime.fromisoformat,
    "$date": dt.date.fromisoformat,
    "$time": dt.time.fromisoformat,
    "$method": Method,
    "$tuple": lambda values: tuple(map(read, values)),
    "$os": lambda digits: bytes.fromhex(digits).decode("utf-8", "surrogateescape"),
}


def read(value):
    if isinstance(value, list):
        return [read(one) for one in value]
    if isinstance(value, dict):
        tag = next(iter(value), None)
        if tag in READERS:
            return READERS[tag](value[tag])
        return {key: read(one) for key, one in value.items()}
    return value


def shown(value):
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if isinstance(value, dt.datetime):
        return {"$datetime": value.isoformat(sep=" ", timespec="microseconds")}
    if isinstance(value, dt.date):
        return {"$date": value.isoformat()}
    if isinstance(value, dt.time):
        return {"$time": value.isoformat(timespec="microseconds")}
    return value


def record(row):
    if row is None:
        return None
    columns = {column.name: shown(getattr(row, column.name)) for column in row.__table__.columns}
    reserved = {name: columns.pop(name) for name in ("id", "result_file", "created_at", "custom_data")}
    file = Path(reserved["result_file"])
    return {"params": columns, **reserved, "content": file.read_text() if file.is_file() else None}


# The operations.


def store(request):
    def runner(params):
        # The parent of a result named by a verbatim id need not exist.
        if "content" not in request:
            raise AssertionError("the runner was called")
        file = Path(params["result_file"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(request["content"] + params["id"])

    return Store(
        runner,
        model(request["model"]),
        results_dir=request["results_dir"],
        file_suffix=request.get("suffix", ".h5"),
        db_url=request["url"],
    )


def custom(request):
    return read(request.get("custom_data", {}))


def create(request):
    store(request)


def run(request):
    return [record(store(request).run(read(params), **custom(request))) for params in request["params"]]


def run_or_retrieve(request):
    cache = store(request)
    return [record(cache.run_or_retrieve(read(params), **custom(request))) for params in request["params"]]


def retrieve(request):
    cache = store(request)
    return [record(cache.retrieve(read(params))) for params in request["params"]]


def register(request):
    cache = store(request)
    return [
        record(cache.register(read(params), request["file"], **custom(request))) for params in request["params"]
    ]


def sweep(request):
    return [record(row) for row in store(request).sweep(map(read, request["params"]))]


def delete(request):
    cache, file = store(request), request.get("remove_file", False)
    return [cache.delete(read(params), remove_file=file) for params in request["params"]]


def patch(request):
    """`apply_patch` on the row with that id."""
    with Session(create_engine(request["url"], poolclass=NullPool)) as session:
        row = session.get(model(request["model"]), request["id"])
        row.apply_patch(read(request["patch"]))
        session.commit()
        return record(row)


def insert(request):
    """A row written with the model alone, whatever is in it."""
    store(request)
    with Session(create_engine(request["url"], poolclass=NullPool)) as session:
        session.add(model(request["model"])(**read(request["row"])))
        session.commit()


def identities(request):
    """The ids of the given parameters, and parameters made here, with their ids."""
    dice = random.Random(request["seed"])
    own = [random_trial(dice) for _ in range(request["count"])]
    given = [hash_dict(read(params)) for params in request["params"]]
    return {"given": given, "own": [[shown(params), hash_dict(params)] for params in own]}


def random_float(dice):
    return dice.choice(
        (
            lambda: 0.0,
            lambda: -0.0,
            lambda: dice.choice((math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 0.1 + 0.2)),
            lambda: float(dice.randint(-(2**62), 2**62)),
            lambda: dice.gauss(0, 1),
            lambda: round(dice.uniform(-10, 10), dice.randint(0, 14)),
            # Ties in the 12th decimal.
            lambda: dice.randrange(1, 2**14, 2) / 2**13,
            lambda: dice.uniform(-10, 10) * 10.0 ** dice.randint(-14, 300),
        )
    )()


def random_text(dice):
    alphabets = ("ab Z09", "\"\\/\b\f\n\r\t\x01\x1f\x7f", "äßé\x80\xa0\u2028", "漢字\uffff\ue000", "😀🜚\U0010ffff")
    return "".join(dice.choice(dice.choice(alphabets)) for _ in range(dice.randint(0, 12)))


def random_trial(dice):
    def maybe(value):
        return dice.choice((None, value))

    return {
        "label": random_text(dice),
        "steps": dice.choice((0, 1, -1, 2**31 - 1, -(2**31), dice.randint(-1000, 1000))),
        "seed": dice.choice((0, 2**63 - 1, -(2**63), 2**53 + 1, dice.randint(-(2**63), 2**63 - 1))),
        "dt": random_float(dice),
        "fast": dice.random() < 0.5,
        "method": dice.choice(list(Method)),
        "drag": maybe(random_float(dice)),
        "note": maybe(random_text(dice)),
        "cap": maybe(dice.randint(-(2**31), 2**31 - 1)),
    }


OPERATIONS = (forget, create, run, run_or_retrieve, retrieve, register, sweep, delete, patch, insert, identities)


def main():
    operations = {operation.__name__: operation for operation in OPERATIONS}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            answer = {"ok": operations[request["op"]](request)}
        except Exception as error:
            answer = {"error": type(error).__name__, "trace": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
