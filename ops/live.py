"""What is known of a running city → what is shown of it: a rich screen on a terminal, a plain line elsewhere. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.columns import Columns
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ops.tally import MarketTally

MARKETS_SHOWN = 12
MARKET_COLUMNS = (
    *("drivers", "free", "orders", "matched", "unmatched", "pending", "under\nway", "pickup"),
    *("offers", "declined", "gini", "travel\nerror s"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The moment's figures; counts are of this run."""

    seconds: float
    records: int
    records_per_s: float
    decisions: int
    decisions_per_s: float
    orders: int
    matched: int
    unmatched: int
    waiting: int
    scheduled: int  # of the waiting, those whose time has not come
    pickup_s: float | None  # mean expected time to the pickup
    offers: int
    accepted_share: float | None  # of the offers
    declined_share: float | None
    lag: int
    dead_letters: int
    age_p50_ms: float | None
    age_p99_ms: float | None
    workers_ready: int
    workers: int


def line(figures: Figures) -> str:
    """One line of plain text."""
    f = figures
    return (
        f"{f.seconds:5.0f} s  orders {f.orders}  matched {f.matched}  unmatched {f.unmatched}  waiting {f.waiting}  "
        f"pickup {minutes(f.pickup_s)}  offers {f.offers}  accepted {percent(f.accepted_share)}  "
        f"{f.records_per_s:.0f} records/s  {f.decisions_per_s:.1f} decisions/s  "
        f"lag {f.lag}  dead letters {f.dead_letters}  "
        f"age p50 {ms(f.age_p50_ms)} p99 {ms(f.age_p99_ms)}  workers {f.workers_ready}/{f.workers}"
    )


def screen(figures: Figures, markets: Mapping[str, MarketTally], last: Sequence[Mapping[str, Any]], title: str) -> Group:
    """The whole screen: totals, markets, the last decisions."""
    head = Text(f"{title}  ·  {minutes(figures.seconds)}", style="bold")
    return Group(head, Columns([_orders(figures), _offers(figures), _flow(figures)], padding=(0, 4)), _markets(markets), _decisions(last))


def _orders(f: Figures) -> Table:
    later = f"  ({f.scheduled:,} for later)" if f.scheduled else ""
    rows = [
        ("orders in", f"{f.orders:,}"), ("matched", f"{f.matched:,}"), ("unmatched", f"{f.unmatched:,}"),
        ("waiting", f"{f.waiting:,}{later}"), ("mean pickup time", minutes(f.pickup_s)),
    ]  # fmt: skip
    return _pairs(rows)


def _flow(f: Figures) -> Table:
    rows = [
        ("records", f"{f.records:,}  ({f.records_per_s:,.0f}/s)"), ("decisions", f"{f.decisions:,}  ({f.decisions_per_s:,.1f}/s)"),
        ("lag", f"{f.lag:,}"), ("dead letters", f"{f.dead_letters:,}"),
        ("event age p50 / p99", f"{ms(f.age_p50_ms)} / {ms(f.age_p99_ms)}"),
    ]  # fmt: skip
    return _pairs(rows)


def _offers(f: Figures) -> Table:
    rows = [
        ("offers made", f"{f.offers:,}"), ("accepted", percent(f.accepted_share)), ("declined", percent(f.declined_share)),
    ]  # fmt: skip
    return _pairs(rows)


def _pairs(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(show_header=False, box=None)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _markets(markets: Mapping[str, MarketTally]) -> Table:
    table = Table(title="markets", title_justify="left", header_style="bold", box=None, collapse_padding=True, pad_edge=False)
    table.add_column("market", no_wrap=True)
    for name in MARKET_COLUMNS:
        table.add_column(name, justify="right")
    live = sorted((name for name, m in markets.items() if m.orders), key=lambda name: (-markets[name].orders, name))
    for name in live[:MARKETS_SHOWN]:
        m = markets[name]
        state = [f"{m.row[field]:,}" if field in m.row else "-" for field in ("drivers", "available", "pending", "live")]
        table.add_row(
            name, *state[:2], f"{m.orders:,}", f"{m.matched:,}", f"{m.unmatched:,}", *state[2:], minutes(m.mean_eta_s),
            f"{m.offers:,}", percent(m.declined_share), *_learnt(m.row),
        )  # fmt: skip
    if len(live) > MARKETS_SHOWN:
        table.add_row(f"and {len(live) - MARKETS_SHOWN} more", style="dim")
    return table


def _learnt(row: Mapping[str, Any]) -> tuple[str, str]:
    """How unequal incomes are, and how wrong the learnt travel time is against how wrong the formula's is."""
    gini, error, formula = (row.get(field) for field in ("gini", "travel_mae_s", "formula_mae_s"))
    return "-" if gini is None else f"{gini:.2f}", "-" if error is None or formula is None else f"{error:.0f}/{formula:.0f}"


def _decisions(last: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(title="last decisions", title_justify="left", header_style="bold", box=None)
    for name in ("order", "service", "decision", "driver", "pickup", "score", "of", "why"):
        table.add_column(name, justify="right" if name in {"pickup", "score", "of"} else "left", no_wrap=True)
    for row in last:
        style = "green" if row["outcome"] == "MATCHED" else "red"
        table.add_row(
            row["order_id"], row["service"].lower(), Text(row["outcome"].lower(), style=style), row["driver_id"] or "-",
            minutes(row["eta_s"]), "-" if row["score"] is None else f"{row['score']:.3f}", str(row["candidates"]), why(row),
        )  # fmt: skip
    return table


def why(row: Mapping[str, Any]) -> str:
    """The reason of a decision, with the factor that counted most for the driver."""
    if row["outcome"] != "MATCHED":
        return str(row["reason"]).lower().replace("_", " ")
    factors = [f"{f['name']} {f['value']:.2f}" for f in sorted(row["factors"], key=lambda f: -f["value"] * f["weight"])[:3]]
    return ", ".join(factors)


def minutes(seconds: float | None) -> str:
    """Seconds as minutes and seconds."""
    return "-" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def percent(share: float | None) -> str:
    """A share of 1."""
    return "-" if share is None else f"{100 * share:.0f} %"


def ms(value: float | None) -> str:
    """Milliseconds."""
    return "-" if value is None else f"{value:,.0f} ms"
