"""What a fork changes → one HTML page that needs nothing else: tables, and plots as inline SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import numpy as np

from audit.fork_compare import Compared, Group

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.4rem} h2{font-size:1.15rem;margin-top:2.2rem} h3{font-size:1rem}
table{border-collapse:collapse} td,th{padding:.15rem .7rem .15rem 0;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left} .caution{background:#fff4d6;border-left:4px solid #d99a00;padding:.6rem 1rem}
svg{max-width:100%} figure{margin:1rem 0} figcaption{color:#555}
"""
WIDTH, ROW, LEFT = 640, 20, 190
ACTUAL, OTHER = "#8aa4c8", "#c8643c"


def page(title: str, facts: Sequence[tuple[str, str]], cautions: Sequence[str], found: Sequence[Compared]) -> str:
    """The page."""
    parts = [f"<h1>{escape(title)}</h1>", _table(("what", "which"), facts)]
    parts += [f'<p class="caution">{escape(said)}</p>' for said in cautions]
    for one in found:
        parts += [f"<h2>{escape(one.topic)}</h2>", _counts(one), *_plots(one)]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _counts(one: Compared) -> str:
    share = one.choose / one.paired if one.paired else 0.0
    rows = [
        ("decisions made", f"{one.actual:,}"),
        ("decisions under the fork", f"{one.other:,}"),
        ("made by both", f"{one.paired:,}"),
        ("of these, choosing something else", f"{one.choose:,} ({share:.1%})"),
        ("of these, differing in anything", f"{one.differ:,}"),
        ("made only then", f"{one.only_actual:,}"),
        ("made only under the fork", f"{one.only_other:,}"),
    ]
    changes = [
        (c.field, f"{c.count:,}", f"{c.actual:,.3f}", f"{c.other:,.3f}", f"{c.difference:+,.4f}", f"{c.low:+,.4f} to {c.high:+,.4f}")
        for c in one.changes
    ]
    columns = ("number", "decisions", "mean then", "mean under the fork", "difference", "95 % interval")
    out = _table(("count", ""), rows) + "<h3>What the decisions say of themselves, where both were made</h3>" + _table(columns, changes)
    if one.value is not None:
        v = one.value
        said = f"not told: {escape(v.why)}" if v.value is None else f"{v.value:.4f} (95 %: {v.low:.4f} to {v.high:.4f})"
        weighed = f"then {v.logged:.4f}; effective sample size {v.effective:.0f} of {v.count}"
        out += f"<p>Value of {escape(v.reward)} by logged propensities: {said}; {weighed}.</p>"
    if one.first:
        out += f"<p>The first that choose something else, or else differ: {escape(', '.join(one.first))}.</p>"
    return out


def _plots(one: Compared) -> list[str]:
    out = []
    change = "" if one.by is None else f"; mean change of {one.by}"
    for name in dict.fromkeys(group.name for group in one.groups):
        mine = [group for group in one.groups if group.name == name]
        out.append(_figure(f"By {name}: share of decisions that choose something else{change}", _shares(mine)))
    if one.minutes:
        out.append(_figure("By minute: share of decisions that choose something else", _line(one.minutes)))
    for field, values in list(one.spread.items())[:8]:
        out.append(_figure(f"{field}: differences, where there are any ({len(values):,})", _histogram(values)))
    if one.deciles:
        out.append(
            _figure(
                "Orders per driver, by tenths of drivers from the fewest orders to the most: then (blue), under the fork (red)",
                _deciles(one.deciles),
            )
        )
    return out


def _figure(caption: str, svg: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _svg(height: float, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" role="img" font-family="system-ui,sans-serif" font-size="12">{body}</svg>'
    )


def _shares(groups: Sequence[Group]) -> str:
    """A bar for each group."""
    top = max((g.choose / g.decisions for g in groups if g.decisions), default=0.0) or 1.0
    body = ""
    for i, g in enumerate(groups):
        share, y = g.choose / g.decisions if g.decisions else 0.0, i * ROW
        width = (WIDTH - LEFT - 190) * share / top
        body += f'<text x="{LEFT - 6}" y="{y + 14}" text-anchor="end">{escape(g.value)}</text>'
        body += f'<rect x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="{ROW - 6}" fill="{OTHER}"/>'
        gain = "" if g.difference is None else f"; {g.difference:+,.1f}"
        body += f'<text x="{LEFT + width + 5:.1f}" y="{y + 14}">{share:.1%} of {g.decisions:,}{gain}</text>'
    return _svg(len(groups) * ROW, body)


def _histogram(values: Sequence[float]) -> str:
    counts, edges = np.histogram(np.clip(values, *np.percentile(values, [1, 99])), bins=31)
    top, step, height = max(int(counts.max()), 1), WIDTH / len(counts), 120
    body = ""
    for i, count in enumerate(counts.tolist()):
        bar = height * count / top
        body += f'<rect x="{i * step:.1f}" y="{height - bar:.1f}" width="{step - 1:.1f}" height="{bar:.1f}" fill="{OTHER}"/>'
    return _svg(height + 18, body + _ends(height, f"{edges[0]:.3g}", f"{edges[-1]:.3g}"))


def _ends(height: int, first: str, last: str) -> str:
    """What the axis begins and ends with."""
    return f'<text x="0" y="{height + 14}">{first}</text><text x="{WIDTH}" y="{height + 14}" text-anchor="end">{last}</text>'


def _line(minutes: Sequence[tuple[int, int, int]]) -> str:
    height, top = 100, max((other / count for _, count, other in minutes if count), default=0.0) or 1.0
    first, last = minutes[0][0], max(minutes[-1][0], minutes[0][0] + 1)
    points = " ".join(
        f"{(WIDTH - 20) * (at - first) / (last - first) + 10:.1f},{height - (height - 10) * (other / count) / top:.1f}"
        for at, count, other in minutes
    )
    body = f'<polyline points="{points}" fill="none" stroke="{OTHER}" stroke-width="2"/><text x="0" y="10">{top:.1%}</text>'
    return _svg(height + 18, body + _ends(height, _clock(first), _clock(minutes[-1][0])))


def _deciles(deciles: Sequence[tuple[float, float]]) -> str:
    top, height, step = max(max(pair) for pair in deciles) or 1.0, 130, WIDTH / len(deciles)
    body = ""
    for i, pair in enumerate(deciles):
        for k, (value, colour) in enumerate(zip(pair, (ACTUAL, OTHER), strict=True)):
            bar = (height - 16) * value / top
            body += f'<rect x="{i * step + 6 + k * 22:.1f}" y="{height - bar:.1f}" width="20" height="{bar:.1f}" fill="{colour}"/>'
        body += f'<text x="{i * step + 4:.1f}" y="{height + 14}">{pair[0]:.1f} → {pair[1]:.1f}</text>'
    return _svg(height + 18, body)


def _clock(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    return (
        f"<table><tr>{head}</tr>" + "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows) + "</table>"
    )
