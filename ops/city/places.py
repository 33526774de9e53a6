"""Markets and where people are in them: the number of markets and a seed in, positions by market and hour out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

M_PER_DEGREE = 111_320.0  # of latitude; of longitude at the equator
SPOTS = 6  # hot spots of a market, the first half of them where people live
BACKGROUND = 0.15  # share of positions that belong to no hot spot


@dataclass(frozen=True, slots=True)
class Market:
    """One city: its centre in degrees, how far it reaches, its solar hour against UTC, and its size against others."""

    name: str
    lat: float
    lon: float
    radius_m: float
    utc_offset_h: float
    size: float


MARKETS = (
    Market("lisbon", 38.725, -9.150, 7_000, 0.0, 1.0),
    Market("nairobi", -1.286, 36.817, 8_000, 3.0, 1.2),
    Market("bogota", 4.650, -74.080, 9_000, -5.0, 1.5),
    Market("jakarta", -6.200, 106.830, 10_000, 7.0, 2.0),
    Market("istanbul", 41.030, 28.970, 9_000, 3.0, 1.5),
    Market("warsaw", 52.230, 21.010, 7_000, 1.0, 0.8),
    Market("toronto", 43.670, -79.390, 8_000, -5.0, 1.0),
    Market("manila", 14.590, 121.000, 9_000, 8.0, 1.8),
    Market("cairo", 30.050, 31.240, 9_000, 2.0, 1.6),
    Market("lagos", 6.520, 3.380, 9_000, 1.0, 1.6),
    Market("mumbai", 19.080, 72.880, 9_000, 5.5, 2.0),
    Market("berlin", 52.520, 13.400, 8_000, 1.0, 0.9),
)


def markets(count: int) -> tuple[Market, ...]:
    """The first ``count`` markets; past the list's end they repeat as ``lisbon-2`` and so on. Raises ValueError below 1."""
    if count < 1:
        raise ValueError(f"{count} markets: a world needs at least one")
    rounds = [(MARKETS[i % len(MARKETS)], i // len(MARKETS) + 1) for i in range(count)]
    return tuple(m if again == 1 else Market(f"{m.name}-{again}", m.lat, m.lon, m.radius_m, m.utc_offset_h, m.size) for m, again in rounds)


class Places:
    """Where people are: hot spots (homes and businesses) of every market, drawn once from ``rng``."""

    def __init__(self, cities: tuple[Market, ...], rng: np.random.Generator) -> None:
        self.cities = cities
        self.names = np.array([m.name for m in cities], dtype=object)
        self.lat = np.array([m.lat for m in cities])
        self.lon = np.array([m.lon for m in cities])
        self.radius_m = np.array([m.radius_m for m in cities])
        self.utc_offset_h = np.array([m.utc_offset_h for m in cities])
        self.share = np.array([m.size for m in cities]) / sum(m.size for m in cities)
        shape = (len(cities), SPOTS)
        bearing, reach = rng.uniform(0, 2 * np.pi, shape), rng.uniform(0.1, 0.7, shape) * self.radius_m[:, None]
        self._north, self._east = reach * np.cos(bearing), reach * np.sin(bearing)
        self._spread_m = rng.uniform(300, 1_200, shape)
        self._weight = rng.uniform(0.5, 1.5, shape)

    def hours(self, world_ms: int) -> Ints:
        """The hour of the day, 0 to 23, in every market."""
        return (np.floor(world_ms / 3_600_000 + self.utc_offset_h) % 24).astype(np.int64)

    def draw(self, rng: np.random.Generator, market: Ints, hour: Ints, leaving: bool) -> tuple[Floats, Floats]:
        """A position for each row: where a trip starts (``leaving``) or ends in that market at that hour, degrees.

        Before noon people leave their homes for the businesses, afterwards the other way about.
        """
        home = np.arange(SPOTS) < SPOTS // 2
        favoured = np.where((hour < 12)[:, None] == leaving, home, ~home)
        weight = self._weight[market] * np.where(favoured, 3.0, 1.0)
        upto = np.cumsum(weight, axis=1)
        spot = (rng.uniform(size=(len(market), 1)) * upto[:, -1:] > upto).sum(axis=1)
        reach, bearing = np.sqrt(rng.uniform(size=len(market))) * self.radius_m[market], rng.uniform(0, 2 * np.pi, len(market))
        scatter = rng.normal(size=(2, len(market))) * self._spread_m[market, spot]
        anywhere = rng.uniform(size=len(market)) < BACKGROUND
        north = np.where(anywhere, reach * np.cos(bearing), self._north[market, spot] + scatter[0])
        east = np.where(anywhere, reach * np.sin(bearing), self._east[market, spot] + scatter[1])
        return self._inside(market, north, east)

    def _inside(self, market: Ints, north: Floats, east: Floats) -> tuple[Floats, Floats]:
        """Metres from the centre → degrees, pulled back to the city's edge where they lie outside of it."""
        shrink = np.minimum(1.0, self.radius_m[market] / np.maximum(np.hypot(north, east), 1.0))
        lat = self.lat[market] + north * shrink / M_PER_DEGREE
        return lat, self.lon[market] + east * shrink / (M_PER_DEGREE * np.cos(np.radians(self.lat[market])))
