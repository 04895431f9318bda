"""report.html: one file that holds everything and asks for nothing from outside.

The figures and charts are drawn here; the table of questions is data that ``report.js`` draws and filters, so
that a run of many thousand questions opens at once. The same page is shown inside the web page's tab.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from assistant.evaluate import charts
from assistant.evaluate.definitions import METRICS
from assistant.evaluate.words import say, table

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
SECTIONS: dict[str, tuple[str, ...]] = {
    "overall": ("right", "error.answerable", "refused.answerable", "refusal.right", "error.unanswerable", "premise.corrected", "failed"),
    "quotes": (
        "quote.exact", "quote@1", "quote@3", "quote.recall", "quote.complete", "quote.precision",
        "clause@1", "clause.precision", "answer.strings", "answer.reference",
    ),
    "scope": ("region.wrong", "validity.status", "validity.expired_unflagged"),
    "clause": tuple(name for name in METRICS if name.startswith("clause.") and name != "clause.precision"),
    "sentence": tuple(name for name in METRICS if name.startswith("sentence.")),
    "confidence": ("risk.aurc", "calibration.ece", "calibration.brier"),
    "latency": tuple(name for name in METRICS if name.startswith("latency.")),
}  # fmt: skip
GROUPINGS = ("category", "kind", "language", "document", "file")
GROUP_METRICS = (
    "right",
    "error.answerable",
    "quote@1",
    "quote.recall",
    "quote.precision",
    "refusal.right",
    "clause.recall@5",
    "clause.mrr",
    "sentence.ndcg@10",
)

Row = Mapping[str, Any]


def report(metrics: Mapping[str, Any], rows: Sequence[Row], config: Mapping[str, Any], language: str = "zh") -> str:
    """The whole page."""
    facts = [f"{metrics['questions']} {say('questions', language)}", f"{metrics['set']['conversations']} {say('conversations', language)}"]
    facts.append(say("as_of", language, day=metrics["settings"]["as_of"]))
    body = [
        f"<header><h1>{say('title', language)}</h1><p>{escape(metrics['set']['name'])} · {' · '.join(facts)}</p></header>",
        _headline(metrics, language),
        f"<section><h2>{say('charts', language)}</h2>{_charts(metrics, language)}</section>",
        f"<section><h2>{say('figures', language)}</h2><p class='hint'>{say('figures_hint', language)}</p>",
        f"<div class='sections'>{_sections(metrics, language)}</div></section>",
        f"<section><h2>{say('table', language)}</h2><div id='questions'></div></section>",
        f"<section>{_provenance(config, language)}</section>",
    ]
    data = {"rows": [brief(row) for row in rows], "groups": _group_data(metrics, language), "words": table(language)}
    return page(say("title", language) + " · " + metrics["set"]["name"], "".join(body), data, language)


def page(title: str, body: str, data: Mapping[str, Any], language: str) -> str:
    """A page of its own around ``body``; ``data`` is what its script draws from."""
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    content = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<!doctype html>\n<html lang="{say("html_lang", language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n<body><main>{body}</main>\n"
        f'<script type="application/json" id="data">{content}</script>\n<script>{script}</script></body></html>\n'
    )


def number(name: str, value: float) -> str:
    """A figure as it is printed."""
    unit = METRICS[name].unit
    return f"{100 * value:.1f}%" if unit == "share" else f"{value:.1f} ms" if unit == "ms" else f"{value:.3f}"


def label(name: str, language: str) -> str:
    """A metric's name."""
    return METRICS[name].en if language == "en" else METRICS[name].zh


def definition(name: str, language: str) -> str:
    """A metric's name that opens its definition."""
    metric = METRICS[name]
    text = metric.definition_en if language == "en" else metric.definition_zh
    return f"<details><summary>{escape(label(name, language))}</summary><p>{escape(text)} <code>{name}</code></p></details>"


def _headline(metrics: Mapping[str, Any], language: str) -> str:
    cards = []
    for name in ("right", "quote@1", "quote.recall", "refusal.right", "quote.exact", "clause.recall@5", "latency.p95"):
        if value := metrics["metrics"].get(name):
            tone = _tone(name, value["value"])
            cards.append(
                f'<div class="card {tone}"><b>{number(name, value["value"])}</b><span>{escape(label(name, language))}</span>'
                f"<small>{_interval(name, value)} · n {value['n']:g}</small></div>"
            )
    return f'<div class="cards">{"".join(cards)}</div>'


def _tone(name: str, value: float) -> str:
    if METRICS[name].unit == "ms":
        return ""
    good = value if METRICS[name].better == "higher" else 1 - value
    return "good" if good >= 0.9 else "fair" if good >= 0.75 else "poor"


def _interval(name: str, value: Mapping[str, float]) -> str:
    low, high = number(name, value["low"]), number(name, value["high"])
    return f"{low.removesuffix('%').removesuffix(' ms')}–{high}"


def _sections(metrics: Mapping[str, Any], language: str) -> str:
    parts = []
    for section, names in SECTIONS.items():
        rows = [_line(name, metrics["metrics"][name], language) for name in names if name in metrics["metrics"]]
        if rows:
            parts.append(f'<div class="figures"><h3>{say(section, language)}</h3><table>{"".join(rows)}</table></div>')
    return "".join(parts)


def _line(name: str, value: Mapping[str, float], language: str) -> str:
    return (
        f"<tr><th scope='row'>{definition(name, language)}</th><td><b>{number(name, value['value'])}</b> "
        f"<small>({_interval(name, value)})</small></td><td class='n'>n {value['n']:g}</td></tr>"
    )


def _charts(metrics: Mapping[str, Any], language: str) -> str:
    curves = metrics["curves"]
    panels = ["<div class='panel wide' id='groups'></div>"]
    none = f"<p class='hint'>{say('no_answers', language)}</p>"
    drawn = (
        ("coverage_risk", charts.coverage_risk, "coverage_axis", "risk_axis"),
        ("reliability", charts.reliability, "confidence_axis", "right_axis"),
        ("latency", charts.latency, "latency_axis", "count_axis"),
    )
    for name, draw, x, y in drawn:
        inside = draw(curves[name], say(x, language), say(y, language)) if curves[name] else none
        panels.append(f'<div class="panel"><h3>{say(name, language)}</h3>{inside}</div>')
    return f'<div class="charts">{"".join(panels)}</div>'


def _group_data(metrics: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What the chart by group is drawn from: grouping → group → metric → (value, low, high, n)."""
    kinds = {name: say(f"kind_{name}", language) for name in ("answerable", "unanswerable", "premise")}
    return {
        "metrics": [[name, label(name, language), METRICS[name].unit] for name in GROUP_METRICS if name in metrics["metrics"]],
        "groupings": [[name, say(name, language)] for name in GROUPINGS if len(metrics["groups"].get(name, {})) > 1]
        or [["category", say("category", language)]],
        "values": {
            grouping: {
                kinds.get(name, name): {
                    m: [v["value"], v["low"], v["high"], v["n"]] for m, v in group["metrics"].items() if m in GROUP_METRICS
                }
                for name, group in groups.items()
            }
            for grouping, groups in metrics["groups"].items()
        },
    }


def _provenance(config: Mapping[str, Any], language: str) -> str:
    subject = config.get("subject") or {}
    encoder = subject.get("encoder") or {}
    entries: list[tuple[str, list[str]]] = [
        ("started", [str(config.get("started", ""))]),
        ("settings", [f"{k} = {v}" for k, v in config["settings"].items()]),
        ("encoder", [" · ".join(str(v) for v in encoder.values())] if encoder else []),
        ("parser", [str(subject["parser"])] if "parser" in subject else []),
        ("program", [str(subject["program"])] if "program" in subject else []),
        ("set", [f"{name}  {digest[:16]}" for name, digest in config["set"]["digests"].items()]),
        ("documents", [f"{name}  {digest[:16]}" for name, digest in config["documents"].items()]),
        ("versions", [f"{name} {version}" for name, version in config["versions"].items() if version]),
        ("machine", [f"{k} = {v}" for k, v in (config.get("machine") or {}).items()]),
        ("counting", [str(config["counting"])] if "counting" in config else []),
        ("warnings", [pair[language == "en"] for pair in config.get("warnings") or []]),
    ]
    lines = "".join(f"<dt>{say(key, language)}</dt><dd>{'<br>'.join(escape(v) for v in values)}</dd>" for key, values in entries if values)
    return f"<details class='provenance'><summary>{say('provenance', language)}</summary><dl>{lines}</dl></details>"


def brief(row: Row) -> dict[str, Any]:
    """What the table shows of a question."""
    answer = row["answer"] or {}
    mrr = row["figures"].get("clause.mrr")
    return {
        "id": f"{row['id']}" + (f" #{row['turn'] + 1}" if row["turn"] or row["earlier"] else ""),
        "q": row["question"],
        "earlier": row["earlier"],
        "kind": row["kind"],
        "category": row["category"],
        "language": row["language"],
        "right": row["right"],
        "complete": all(row["met"]) if row["kind"] == "answerable" else True,
        "error": row["error"] if not row["answer"] else None,
        "status": answer.get("status"),
        "sure": round(100 * answer.get("confidence", 0)),
        "ms": round(1000 * row["seconds"], 1),
        "rank": (round(1 / mrr[0]) if mrr[0] else 0) if mrr else None,
        "needs": [
            {"met": ok, "any": [[p["text"], f"{p['source']}:{p['start']}-{p['end']}"] for p in need[:4]]}
            for need, ok in zip(row["needs"], row["met"], strict=True)
        ],
        "also": [[p["text"], f"{p['source']}:{p['start']}-{p['end']}"] for p in row["also"][:4]],
        "accepted": row["accepted"],
        "reference": row["reference"],
        "shown": [
            [
                q["text"],
                f"{q['source']}:{q['start']}-{q['end']}",
                ok,
                (q.get("clause") or {}).get("number") or "",
                q["document"].get("region") or "",
            ]
            for q, ok in zip(answer.get("quotes", []), row["evidence"], strict=True)
        ],
        "text": "" if answer.get("quotes") else answer.get("text", "")[:400],
    }
