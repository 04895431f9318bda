"""Charts as inline SVG: no library, no request, colours from the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 420, 270
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 14, 44


def coverage_risk(steps: Sequence[dict[str, Any]], x_label: str, y_label: str) -> str:
    """Risk over coverage, as a line through every confidence that occurs."""
    top = _round_up(max(step["risk"] for step in steps))
    x, y = _scales(1.0, top)
    points = " ".join(f"{x(step['coverage']):.1f},{y(step['risk']):.1f}" for step in steps)
    dots = "".join(
        _dot(x(s["coverage"]), y(s["risk"]), 2.5, f"≥ {s['confidence']:.2f}: {s['coverage']:.0%} / {s['risk']:.1%} ({s['answered']})")
        for s in _thinned(steps)
    )
    return _frame(
        _axes((0, 0.25, 0.5, 0.75, 1), _ticks(top), x, y, _percent, _percent) + f'<polyline class="line" points="{points}"/>' + dots,
        x_label,
        y_label,
    )


def reliability(bins: Sequence[dict[str, Any]], x_label: str, y_label: str) -> str:
    """Share right over mean confidence; on the diagonal, confidence is what it says."""
    x, y = _scales(1.0, 1.0)
    most = max(b["n"] for b in bins)
    diagonal = f'<line class="guide" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>'
    dots = "".join(
        _dot(x(b["confidence"]), y(b["right"]), 4 + 8 * (b["n"] / most) ** 0.5, f"{b['confidence']:.2f} → {b['right']:.1%} (n {b['n']})")
        for b in bins
    )
    ticks = (0, 0.25, 0.5, 0.75, 1)
    return _frame(_axes(ticks, ticks, x, y, _percent, _percent) + diagonal + dots, x_label, y_label)


def latency(bins: Sequence[dict[str, Any]], x_label: str, y_label: str) -> str:
    """A histogram of milliseconds."""
    most, last = max(b["n"] for b in bins) or 1, bins[-1]["to"]
    x, y = _scales(last, most)
    bars = "".join(
        f'<rect class="bar" x="{x(b["from"]):.1f}" y="{y(b["n"]):.1f}" '
        f'width="{max(1, x(b["to"]) - x(b["from"]) - 1):.1f}" height="{y(0) - y(b["n"]):.1f}">'
        f"<title>{b['from']:.1f}–{b['to']:.1f} ms: {b['n']}</title></rect>"
        for b in bins
    )
    return _frame(
        _axes([last * n / 4 for n in range(5)], _whole_ticks(most), x, y, lambda v: f"{v:.3g}", lambda v: f"{v:.0f}") + bars,
        x_label,
        y_label,
    )


def _scales(x_top: float, y_top: float) -> tuple[Any, Any]:
    return (
        lambda v: LEFT + (WIDTH - LEFT - RIGHT) * v / (x_top or 1),
        lambda v: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * v / (y_top or 1),
    )


def _axes(xs: Sequence[float], ys: Sequence[float], x: Any, y: Any, x_text: Any, y_text: Any) -> str:
    across = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        f'<text class="tick" x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{y_text(v)}</text>'
        for v in ys
    )
    along = "".join(f'<text class="tick" x="{x(v):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{x_text(v)}</text>' for v in xs)
    return across + along


def _frame(inside: str, x_label: str, y_label: str) -> str:
    return (
        f'<p class="axis">{escape(y_label)}</p>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT - 18}" role="img" aria-label="{escape(y_label)} / {escape(x_label)}">{inside}</svg>'
        f'<p class="axis under">{escape(x_label)}</p>'
    )


def _dot(x: float, y: float, r: float, title: str) -> str:
    return f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"><title>{escape(title)}</title></circle>'


def _thinned(steps: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    return steps if len(steps) <= 60 else steps[:: len(steps) // 60 + 1]


def _round_up(value: float) -> float:
    return next((top for top in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if value <= top), 1.0)


def _ticks(top: float) -> list[float]:
    return [top * n / 4 for n in range(5)]


def _whole_ticks(most: int) -> list[float]:
    step = max(1, -(-most // 4))
    return [float(n) for n in range(0, most + 1, step)]


def _percent(value: float) -> str:
    return f"{100 * value:.3g}%"
