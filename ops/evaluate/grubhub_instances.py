"""The public meal-delivery instances (grubhub/mdrplib), packed or unpacked, in; each as arrays, its plane laid on the globe, out.

An instance is a folder of four tab-separated files: orders, couriers, restaurants (metres, minutes) and instance_parameters.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from columns.earth import EARTH_RADIUS_M
from columns.table import F64, I64

FILES = ("orders.txt", "couriers.txt", "restaurants.txt", "instance_parameters.txt")
NAME = re.compile(r"(\d+)([or]\d+t\d+s\d+p\d+)")  # seed, variant: size, travel time, shifts, preparation


class BadInstanceError(ValueError):
    """What lies there is no instance."""


@dataclass(frozen=True, slots=True)
class Rules:
    """An instance's parameters: metres, minutes, dollars."""

    speed_m_min: float
    pickup_min: float  # parking, walking to the restaurant, taking the food, walking back
    dropoff_min: float  # the same at the door
    target_min: float  # click to door
    limit_min: float
    pay_order: float
    pay_hour: float  # what a courier gets at least


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. Points are metres (n, 2), times minutes (n,); ``restaurant`` is each order's row in ``restaurants``."""

    seed: int
    variant: str
    rules: Rules
    orders: F64  # where they go
    placed: I64
    ready: I64
    restaurant: I64
    couriers: F64  # where they come on
    on: I64
    off: I64
    restaurants: F64

    @property
    def name(self) -> str:
        """The folder's name."""
        return f"{self.seed}{self.variant}"

    @property
    def hours(self) -> float:
        """Courier hours on duty."""
        return float((self.off - self.on).sum()) / 60.0

    def minutes(self, start: F64, end: F64) -> I64:
        """Travel times between points in metres, shapes (n, 2): the distance over the speed, rounded up to whole minutes."""
        gap = end - start
        out: I64 = np.ceil(np.sqrt((gap * gap).sum(axis=-1)) / self.rules.speed_m_min).astype(np.int64)
        return out

    def degrees(self, points: F64) -> tuple[F64, F64]:
        """Metres (n, 2) → latitude and longitude (n,) each: the plane laid on the globe where equator and zero meridian cross.

        Within 10 km of it great-circle distances differ from the plane's by about a millionth.
        """
        middle = (self.restaurants.min(axis=0) + self.restaurants.max(axis=0)) / 2.0
        away = np.degrees((points - middle) / EARTH_RADIUS_M)
        return away[:, 1], away[:, 0]


def instances(path: Path, variants: Iterable[str] | None = None) -> list[Instance]:
    """The instances of these variants, or all, under a directory (as folders, or packed as .tar.gz) or in a packed file, by seed and name.

    Raises BadInstanceError where there are none, or where one cannot be read.
    """
    wanted = None if variants is None else set(variants)
    found: dict[str, Instance] = {}
    archives = [path] if path.is_file() else sorted(path.glob("*.tar.gz"))
    for archive in archives:
        _from_archive(archive, wanted, found)
    if path.is_dir():
        for folder in sorted(file.parent for file in path.rglob(FILES[-1])):
            if _asked_for(folder.name, wanted):
                found[folder.name] = _instance(folder.name, lambda file, folder=folder: (folder / file).read_bytes())  # type: ignore[misc]
    if not found:
        raise BadInstanceError(f"no meal-delivery instances {sorted(wanted) if wanted else ''} under {path}")
    return sorted(found.values(), key=lambda one: (one.seed, one.variant))


def _from_archive(archive: Path, wanted: set[str] | None, found: dict[str, Instance]) -> None:
    texts: dict[str, dict[str, bytes]] = {}
    try:
        with tarfile.open(archive) as packed:
            for member in packed:
                *_, folder, file = ("", *Path(member.name).parts)[-2:]
                if member.isfile() and file in FILES and _asked_for(folder, wanted) and (text := packed.extractfile(member)):
                    texts.setdefault(folder, {})[file] = text.read()
    except tarfile.TarError as error:
        raise BadInstanceError(f"{archive}: {error}") from error
    for folder, files in texts.items():
        found[folder] = _instance(folder, lambda file, files=files: files.get(file, b""))  # type: ignore[misc]


def _asked_for(folder: str, wanted: set[str] | None) -> bool:
    found = NAME.fullmatch(folder)
    return found is not None and (wanted is None or found[2] in wanted)


def _instance(name: str, text: Callable[[str], bytes]) -> Instance:
    found = NAME.fullmatch(name)
    try:
        orders, couriers, restaurants, rules = (_table(text(file)) for file in FILES)
        row = dict(zip(restaurants["restaurant"], range(restaurants.height), strict=True))
        return Instance(
            int(found[1]) if found else 0, found[2] if found else name, Rules(*(float(value) for value in rules.row(0))),
            _points(orders), _minutes(orders, "placement_time"), _minutes(orders, "ready_time"),
            np.array([row[restaurant] for restaurant in orders["restaurant"]], np.int64),
            _points(couriers), _minutes(couriers, "on_time"), _minutes(couriers, "off_time"), _points(restaurants),
        )  # fmt: skip
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise BadInstanceError(f"instance {name}: {type(error).__name__}: {error}") from error


def _table(text: bytes) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(text), separator="\t")


def _points(table: pl.DataFrame) -> F64:
    return table.select(pl.col("x", "y").cast(pl.Float64)).to_numpy()


def _minutes(table: pl.DataFrame, column: str) -> I64:
    return table[column].cast(pl.Int64).to_numpy().copy()
