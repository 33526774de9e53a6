"""Valid rows of several topics in, as they are read; those whose turn has come, out.

A worker that was away reads what it missed, and reads its topics apart: drivers' moves of this minute before orders of an hour ago. If
moves told the time then, the hour would be over before its orders are read, and be learnt as one without any. So the rule is:

- A step is made at least every ``PULSE_MS``; where none was made for ``AWAY_MS``, or ever, the worker was away. Until it has caught up, no
  time passes but what records tell, and records wait until all topics have been read up to their event times (a watermark).
- A topic is caught up with when it brings what happened after the worker came back, or has brought nothing older than that for
  ``IDLE_MS``. The worker has caught up when that holds for all topics, or the watermark has passed its return.
- At most ``MOST_HELD`` rows wait; more are let go in the order of their event times as far as they were read, one topic before another.

So an hour whose records were not read yet is decided on and learnt as it turns out. Times without names are the steps' ``now``, in ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agents.growth.reading import Rows, newest
from columns.packing import strings, strings_of
from columns.table import Array

PULSE_MS, AWAY_MS, IDLE_MS = 60_000, 180_000, 5_000
MOST_HELD = 200_000


@dataclass(slots=True)
class Backlog:
    """Of ``topics``. ``back``: when the worker came back, 0 when it is not behind; ``read``:
    when each topic last brought something older; ``at``: up to which event time it was read."""

    topics: tuple[str, ...]
    back: int = 0
    read: dict[str, int] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    held: dict[str, Rows] = field(default_factory=dict)

    def begin(self, now: int) -> None:
        """The worker is back."""
        self.back, self.read, self.at = now, dict.fromkeys(self.topics, now), dict.fromkeys(self.topics, 0)

    def admit(self, given: Mapping[str, Rows], now: int) -> dict[str, Rows]:
        """Rows that were read, by topic → those whose turn it is, and rows that waited for it."""
        if not self.back:
            return dict(given)
        for topic in self.topics:
            if topic in given and len(given[topic]):
                self.at[topic] = max(self.at[topic], newest({topic: given[topic]}))
                if int(given[topic]["ts"].min()) < self.back:
                    self.read[topic] = now
        waiting = {topic: _joined(self.held, given, topic) for topic in sorted(self.held.keys() | given.keys())}
        mark = min((self.at[topic] for topic in self.topics if now - self.read[topic] < IDLE_MS), default=self.back)
        self.held = {}
        if mark >= self.back:
            self.back = 0
        elif sum(map(len, waiting.values())) <= MOST_HELD:
            self.held = _those(waiting, mark, early=False)
            return _those(waiting, mark, early=True)
        return waiting

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        held = {topic: [sorted(rows.columns), sorted(rows.texts)] for topic, rows in sorted(self.held.items())}
        return {"back": self.back, "read": self.read, "at": self.at, "held": held}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        out: dict[str, Array] = {}
        for topic, rows in sorted(self.held.items()):
            own = strings("ids", rows.ids.tolist()) | {"offsets": rows.offsets}
            own |= {f"c.{name}": rows.columns[name] for name in sorted(rows.columns)}
            for name in sorted(rows.texts):
                own |= strings(f"t.{name}", rows.texts[name].tolist())
            out |= {f"{topic}.{name}": array for name, array in own.items()}
        return out

    @classmethod
    def of(cls, topics: tuple[str, ...], facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Backlog:
        """The state of these ``facts()`` and ``arrays()``."""
        out = cls(topics, facts["back"], dict(facts["read"]), dict(facts["at"]))
        for topic, (columns, texts) in facts["held"].items():
            own = {name.removeprefix(f"{topic}."): array for name, array in arrays.items() if name.startswith(f"{topic}.")}
            words = {name: np.array(strings_of(f"t.{name}", own), object) for name in texts}
            ids = np.array(strings_of("ids", own), object)
            out.held[topic] = Rows(ids, own["offsets"], {name: own[f"c.{name}"] for name in columns}, words)
        return out


def _joined(held: Mapping[str, Rows], given: Mapping[str, Rows], topic: str) -> Rows:
    parts = [rows[topic] for rows in (held, given) if topic in rows]
    first = parts[0]
    if len(parts) == 1:
        return first
    return Rows(
        np.concatenate([rows.ids for rows in parts]),
        np.concatenate([rows.offsets for rows in parts]),
        {name: np.concatenate([rows.columns[name] for rows in parts]) for name in first.columns},
        {name: np.concatenate([rows.texts[name] for rows in parts]) for name in first.texts},
    )


def _those(waiting: Mapping[str, Rows], mark: int, *, early: bool) -> dict[str, Rows]:
    """The rows before ``mark``, or the others."""
    taken = {topic: rows.where((rows["ts"] < mark) == early) for topic, rows in waiting.items()}
    return {topic: rows for topic, rows in taken.items() if len(rows)}
