"""Quotes drawn as cards: what is quoted, marked in its clause, with the facts of its document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from assistant.citation import citation
from assistant.page.marks import mark, marked, snippet, trimmed, windows
from assistant.page.pieces import badges, clause_label, copy_button, fact, named, region_badge, source_button
from assistant.page.words import Language, region_name, say

Json = Mapping[str, Any]


def draw_cards(heading: str, quotes: Sequence[Json], texts: Mapping[str, str], language: Language, turn: int | None) -> str:
    """Cards under a heading, one for each clause; quotes of the same clause share its card."""
    if not quotes:
        return ""
    cards: dict[tuple[str, int, int], list[tuple[int, Json]]] = {}
    unverified = 0
    for number, quote in enumerate(quotes, 1):
        if not verbatim(quote, texts):
            unverified += 1
            continue
        key = (quote["source"], quote["clause"]["start"], quote["clause"]["end"])
        cards.setdefault(key, []).append((number, quote))
    drawn = "".join(_card(numbered, texts, language, turn) for numbered in cards.values())
    warning = f'<p class="muted">{escape(say("unverified", language))}</p>' if unverified else ""
    look = "quotes" if turn is not None else "quotes related"
    return f'<div class="{look}"><h3>{escape(heading)}</h3>{drawn}{warning}</div>'


def verbatim(quote: Json, texts: Mapping[str, str]) -> bool:
    """Whether the quote is what the source says there; one that is not is never shown."""
    text = texts.get(quote["source"])
    return text is None or text[quote["start"] : quote["end"]] == quote["text"]


def _card(numbered: Sequence[tuple[int, Json]], texts: Mapping[str, str], language: Language, turn: int | None) -> str:
    quote = numbered[0][1]
    document = quote["document"]
    labels = anchors = own_id = ""
    if turn is not None:  # cards that the answer refers to
        labels = "".join(f'<span class="number">[{number}]</span>' for number, _ in numbered)
        further = [number for number, _ in numbered[1:]]
        anchors = "".join(f'<span id="t{turn}-q{number}" class="anchor"></span>' for number in further)
        own_id = f' id="t{turn}-q{numbered[0][0]}"'
    look = "card many" if len(numbered) > 1 else "card"
    title = named(document.get("title"), language)
    return (
        f'<article class="{look}"{own_id} tabindex="-1">{anchors}'
        f'<header>{labels}<h4>{title}</h4><div class="badges">{region_badge(document.get("region"), language)}'
        f"{badges(quote, language)}</div></header>"
        f'<p class="clause-name">{_clause_name(quote, language)}</p>'
        f"{_clause_text(numbered, texts, language)}"
        f"{_facts(numbered, language)}{_acts(numbered, texts, language)}</article>"
    )


def _acts(numbered: Sequence[tuple[int, Json]], texts: Mapping[str, str], language: Language) -> str:
    """What one can do with a card: see it in its document, take its citation along."""
    quotes = [quote for _, quote in numbered]
    name = clause_label(quotes[0]["clause"].get("number"), quotes[0]["clause"].get("heading")) or say("unnumbered", language)
    spans = [(quote["start"], quote["end"]) for quote in quotes]
    there = source_button(quotes[0]["source"], spans, name, language) if quotes[0]["source"] in texts else ""
    return f'<div class="acts">{there}{copy_button(chr(10).join(citation(quote) for quote in quotes), name, language)}</div>'


def _clause_name(quote: Json, language: Language) -> str:
    clause, title = quote["clause"], quote["document"].get("title") or ""
    name = f"{clause.get('number') or ''}{clause.get('heading') or ''}"
    if not name:
        is_title = bool(title) and "".join(quote["text"].split()) == "".join(title.split())
        shown = f"<strong>{escape(say('the_title' if is_title else 'unnumbered', language))}</strong>"
    else:
        shown = f'<strong lang="zh-CN">{escape(name)}</strong>'
    section = clause.get("section")
    place = f' <span class="muted">{escape(say("section", language))}<span lang="zh-CN">{escape(section)}</span></span>' if section else ""
    return shown + place


def _facts(numbered: Sequence[tuple[int, Json]], language: Language) -> str:
    quote = numbered[0][1]
    document, region = quote["document"], quote["document"].get("region")
    responsible = quote["clause"].get("responsible") or []
    facts = [
        ("number", fact(document.get("number"), language, own=True)),
        ("issuer", fact(document.get("issuer"), language, own=True)),
        ("region", fact(region and region_name(region, language), language)),
        ("issued", fact(document.get("issued"), language)),
        ("responsible", fact("、".join(responsible), language, own=True)),
        ("validity", _validity(quote["validity"], language)),
        ("source", _places([quote for _, quote in numbered], language)),
    ]
    rows = "".join(f'<div class="fact-{key}"><dt>{escape(say(key, language))}</dt><dd>{value}</dd></div>' for key, value in facts)
    return f'<dl class="facts">{rows}</dl>'


def _validity(validity: Json, language: Language) -> str:
    start, until = validity.get("from"), validity.get("until")
    period = None
    if start and until:
        period = say("valid_between", language, start=start, until=until)
    elif start:
        period = say("valid_from", language, start=start)
    elif until:
        period = say("valid_until", language, until=until)
    basis = validity.get("basis")
    if not basis:
        return fact(period, language)
    before, after = say("basis", language, basis="\0").split("\0")
    ground = f'{escape(before)}<span lang="zh-CN">{escape(basis)}</span>{escape(after)}'
    return f'{fact(period, language)} <span class="muted">{ground}</span>'


def _places(quotes: Iterable[Json], language: Language) -> str:
    listed = list(quotes)
    spans = ", ".join(say("offsets", language, start=q["start"] + 1, end=q["end"]) for q in listed)
    version = listed[0]["document"].get("version")
    edition = f" · {escape(say('version_n', language, n=version))}" if version else ""
    return f'<span class="path">{escape(listed[0]["source"])}</span>{edition} · {escape(spans)}'


def _clause_text(numbered: Sequence[tuple[int, Json]], texts: Mapping[str, str], language: Language) -> str:
    text = texts.get(numbered[0][1]["source"])
    if text is None:  # the document is no longer here: what was quoted still is
        alone = "".join(f"<p>{mark(quote['text'], number)}</p>" for number, quote in numbered)
        return f'<blockquote class="clause" lang="zh-CN">{alone}</blockquote>'
    marks = [(quote["start"], quote["end"], number) for number, quote in numbered]
    clause = numbered[0][1]["clause"]
    first, last = min(start for start, _, _ in marks), max(end for _, end, _ in marks)
    whole = trimmed(text, (min(_body(text, clause, first), first), max(clause["end"], last)))
    full = marked(text, whole, marks)
    shown = windows(text, whole, marks)
    if shown == [whole]:
        return f'<blockquote class="clause" lang="zh-CN">{full}</blockquote>'
    return (
        f'<div class="folded"><details><summary><span class="more">'
        f"{escape(say('expand', language, n=whole[1] - whole[0]))}</span>"
        f'<span class="less">{escape(say("collapse", language))}</span></summary>'
        f'<blockquote class="clause full" lang="zh-CN">{full}</blockquote></details>'
        f'<blockquote class="clause snippet" lang="zh-CN">{snippet(text, whole, shown, marks)}</blockquote></div>'
    )


def _body(text: str, clause: Json, first: int) -> int:
    """Where the clause's text begins: after a heading on a line of its own, which the card names already."""
    line_end = text.find("\n", clause["start"], first)
    line = "".join(text[clause["start"] : max(line_end, clause["start"])].split())
    named = "".join(f"{clause.get('number') or ''}{clause.get('heading') or ''}".split())
    return line_end if named and line.rstrip("。.：:") == named.rstrip("。.：:") else int(clause["start"])
