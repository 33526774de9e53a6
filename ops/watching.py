"""The topics of an agent beside matching while `tripo dev` runs in; its tally, kept up to date, out."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from ops.following import ALL, Follower, Part


class Tally(Protocol):
    """Counts rows of ``topics``; those of ``standing_topics`` are read from their beginning: they say what stands."""

    topics: tuple[str, ...]
    standing_topics: tuple[str, ...]

    def take(self, part: Part) -> None: ...
    def figures(self) -> dict[str, Any]: ...
    def line(self) -> str: ...


T = TypeVar("T", bound=Tally)


class Watching(Generic[T]):
    """Follows the topics from the moment it is made."""

    def __init__(self, tally: T) -> None:
        """Raises LogError."""
        self.tally = tally
        self._follower = Follower(tally.topics, back=dict.fromkeys(tally.standing_topics, ALL))

    def look(self, wait_s: float = 0.0) -> None:
        """Take in what has come."""
        for part in self._follower.poll(wait_s):
            self.tally.take(part)

    def close(self) -> None:
        """Give back the connections."""
        self._follower.close()
