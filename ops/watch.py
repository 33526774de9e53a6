"""A running system → its figures: what has become of this run's orders (from Kafka), how fast and how late (from the workers)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ops.following import ALL, Follower
from ops.live import Figures
from ops.meters import Meters
from ops.reading import admin, ends, partitions
from ops.tally import TOPICS, Tally

INPUTS = ("driver-profiles", "driver-flags", "driver-moves", "order-changes", "driver-answers", "orders")
METERS_S = 1.0  # between two looks at the workers' metrics; theirs are as old, too
STALE_S = 2.5  # after which a lag that was read is a lag of now


class Watch:
    """Follows the topics from the moment it is made; ``ports`` are the workers' metrics endpoints."""

    def __init__(self, ports: Sequence[int]) -> None:
        """Raises LogError."""
        self._follower = Follower(TOPICS, back={"matching.markets": ALL})
        self._admin = admin()
        self._places = [(topic, p) for topic in INPUTS for p in partitions(self._admin, topic)]
        self._before = ends(self._admin, self._places)
        self._workers = len(ports)
        self._began = self._metered = time.monotonic()
        self.tally = Tally({p: offset for (topic, p), offset in self._follower.starts.items() if topic == "orders"})
        self.meters = Meters(ports)

    def close(self) -> None:
        """Give back the connections."""
        self._follower.close()

    def look(self, wait_s: float) -> None:
        """Take in what has come, waiting up to ``wait_s`` for it; the metrics once a second."""
        for part in self._follower.poll(wait_s):
            self.tally.take(part)
        if time.monotonic() - self._metered >= METERS_S:
            self._metered = time.monotonic()
            self.meters.read()

    def settled(self, ended_at: float) -> bool:
        """Whether all is decided of a feed that ended then (monotonic s): no lag, and every order accounted for. Raises LogError."""
        if self._metered - ended_at < STALE_S or self.meters.total("tripo_lag_records"):
            return False
        return self._follower.has_read(self._follower.ends(TOPICS)) and not self.tally.lost()

    def records(self) -> int:
        """Records that came into the inputs, whoever wrote them. Raises LogError."""
        now = ends(self._admin, self._places)
        return sum(now[at] - self._before[at] for at in self._places)

    def figures(self) -> Figures:
        """The moment's."""
        whole = self.tally.whole
        decided = whole.matched + whole.unmatched
        stepped = int(self.meters.total("tripo_records_total"))
        return Figures(
            seconds=time.monotonic() - self._began,
            records=stepped,
            records_per_s=self.meters.rate("records", stepped),
            decisions=decided,
            decisions_per_s=self.meters.rate("decisions", decided),
            orders=whole.orders,
            matched=whole.matched,
            unmatched=whole.unmatched,
            waiting=self.tally.undecided,
            scheduled=sum(self.tally.says("scheduled").values()),
            pickup_s=whole.mean_eta_s,
            offers=whole.offers,
            accepted_share=whole.accepted_share,
            declined_share=whole.declined_share,
            lag=int(self.meters.total("tripo_lag_records")),
            dead_letters=self.tally.dead_letters.total(),
            age_p50_ms=self._age_ms(0.5),
            age_p99_ms=self._age_ms(0.99),
            workers_ready=self.meters.having("tripo_tasks"),
            workers=self._workers,
        )

    def summary(self) -> dict[str, Any]:
        """This run's figures by name, for its last line. Raises LogError."""
        f = self.figures()
        return {
            "records": self.records(),
            "decisions": f.decisions,
            "lost": self.tally.lost(),
            "dead_letters": f.dead_letters,
            "p99_age_ms": f.age_p99_ms,
            "p50_age_ms": f.age_p50_ms,
            "orders": f.orders,
            "matched": f.matched,
            "unmatched": f.unmatched,
            "unmatched_reasons": {name: n for name, n in sorted(self.tally.reasons.items()) if name != "BEST_SCORE"},
            "pending": self.tally.pending(),
            "mean_pickup_s": f.pickup_s,
            "offers": f.offers,
            "accepted_share": f.accepted_share,
            "declined_share": f.declined_share,
            "gini": self.tally.says("gini"),
            "travel_error_s": self.tally.says("travel_mae_s"),
            "formula_error_s": self.tally.says("formula_mae_s"),
            "lag": f.lag,
            "dead_letter_errors": dict(sorted(self.tally.dead_letters.items())),
        }

    def _age_ms(self, share: float) -> float | None:
        age_s = self.meters.quantile("tripo_event_age_seconds", share)
        return None if age_s is None else round(age_s * 1000, 1)
