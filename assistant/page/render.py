"""Answers drawn as HTML: pure functions over the public JSON form of an Answer.

Nothing here decides what is true. Every piece of text is escaped; the text inside ``<mark>`` is the
source's own, character for character, and line breaks are folded by the style sheet alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Protocol

from assistant.export import answer_text, citation
from assistant.page.words import Language, examples, region_name, say
from index.text import one_line

Json = Mapping[str, Any]
Span = tuple[int, int]

LONG_QUESTION = 600  # characters of a question that are shown
LONG_CLAUSE = 280  # a clause longer than this is folded around what is quoted
CONTEXT = 60  # characters shown beside a quote in a folded clause, more up to the sentence's end
SENTENCE_END = "。；！？\n"

BADGE_LOOKS = {
    "draft": "warn",
    "abridged": "plain",
    "expired": "bad",
    "not_yet": "warn",
    "not_stated": "plain",
    "in_force": "good",
}


class DocumentLike(Protocol):
    """What the page needs of a document: five of the fields of ``index.records.Document``."""

    @property
    def source(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def title(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def status(self) -> str | None: ...


def draw_question(question: str, language: Language) -> str:
    """A question as typed; of a very long one the beginning."""
    shown = escape(question[:LONG_QUESTION])
    if len(question) > LONG_QUESTION:
        shown += f'<span class="muted">{escape(say("long_question", language, n=len(question)))}</span>'
    return f'<div class="question"><span class="sr">{say("you_asked", language)}</span>{shown}</div>'


def draw_pending(language: Language) -> str:
    """What stands where the answer will be; the style sheet shows it only after a moment."""
    return f'<div class="answer pending"><p>{escape(say("pending", language))}</p></div>'


def draw_problem(message: str) -> str:
    """A message in place of an answer."""
    return f'<div class="answer problem"><p>{escape(message)}</p></div>'


def draw_welcome(documents: Sequence[DocumentLike], language: Language) -> str:
    """The empty page: examples that these documents can answer, and the list of them."""
    regions = {document.region for document in documents if document.region}
    items = "".join(_document_line(document, language) for document in documents)
    return (
        f'<div class="welcome"><h2>{escape(say("welcome", language))}</h2>'
        f"<p>{escape(say('welcome_hint', language))}</p>"
        f"{_chips(say('examples', language), examples(language, regions), 'examples')}"
        f'<details class="held"><summary>{escape(say("library", language, n=len(documents)))}</summary>'
        f"<ul>{items}</ul></details></div>"
    )


def _document_line(document: DocumentLike, language: Language) -> str:
    title = document.title or say("untitled", language)
    return f"<li>{region_badge(document.region, language)}{escape(title)}{badge(document.status, language)}</li>"


def draw_answer(answer: Json, texts: Mapping[str, str], language: Language, turn: int) -> str:
    """One Answer. ``texts`` maps a source to its whole text; ``turn`` makes the references unique."""
    quotes, related = answer["quotes"], answer.get("related") or []
    status = answer["status"]
    label = say(status, language) if status in ("not_found", "clarify") else ""
    body = [
        f'<div class="status">{escape(label)}</div>' if label else "",
        f'<div class="lead">{markdown(answer["text"], turn, len(quotes), language)}</div>',
        _notices(answer.get("notices") or [], language),
        _comparison(answer.get("comparison"), turn, len(quotes), language),
        _cards(say("quotes", language), quotes, texts, language, turn),
        _cards(say("related", language), related, texts, language, None),
        _chips(say("choices" if status == "clarify" else "follow_ups", language), answer.get("follow_ups") or []),
        _footer(answer, language),
    ]
    return f'<section class="answer {escape(status)}" aria-label="{escape(say("answer", language))}">' + "".join(body) + "</section>"


# ---- the lead text: the small part of Markdown that answers use


def markdown(text: str, turn: int, quotes: int, language: Language) -> str:
    """Paragraphs, lists, block quotes, headings, bold and [1] references; all else stays text."""
    out: list[str] = []
    for tag, lines in _blocks(text):
        drawn = [_inline(line, turn, quotes, language) for line in lines]
        if tag == "p":
            out.append(f"<p>{'<br>'.join(drawn)}</p>")
        elif tag == "blockquote":
            out.append(f"<blockquote>{'<br>'.join(drawn)}</blockquote>")
        else:
            out.append(f"<{tag}>{''.join(f'<li>{line}</li>' for line in drawn)}</{tag}>")
    return "".join(out)


_BLOCK_MARKS = (
    ("ul", re.compile(r"[-*•]\s+")),
    ("ol", re.compile(r"\d{1,2}\.\s+")),
    ("blockquote", re.compile(r">\s?")),
)


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    blocks: list[tuple[str, list[str]]] = []
    fresh = True
    for line in text.splitlines():
        line = line.strip()
        if not line:
            fresh = True
            continue
        tag, line = _block_of(line)
        if blocks and blocks[-1][0] == tag and not (fresh and tag in ("p", "blockquote")):
            blocks[-1][1].append(line)
        else:
            blocks.append((tag, [line]))
        fresh = False
    return blocks


def _block_of(line: str) -> tuple[str, str]:
    for tag, mark in _BLOCK_MARKS:
        if found := mark.match(line):
            return tag, line[found.end() :]
    if found := re.match(r"#{1,6}\s+(.*)", line):
        return "p", f"**{found[1].strip('*')}**"
    return "p", line


def _inline(line: str, turn: int, quotes: int, language: Language) -> str:
    line = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(line))
    return re.sub(r"\[(\d{1,3})\]", lambda found: _reference(int(found[1]), turn, quotes, language) or found[0], line)


def _reference(number: int, turn: int, quotes: int, language: Language) -> str:
    """A button that leads to quote ``number`` (1 is the first); nothing where there is none such."""
    if not 1 <= number <= quotes:
        return ""
    name = escape(say("reference", language, n=number))
    return f'<button type="button" class="ref" data-ref="t{turn}-q{number}" aria-label="{name}">[{number}]</button>'


# ---- notices, comparison, chips


def _notices(notices: Sequence[str], language: Language) -> str:
    if not notices:
        return ""
    items = "".join(f"<li>{escape(notice)}</li>" for notice in notices)
    return f'<div class="notices" role="note"><h3>{escape(say("notices", language))}</h3><ul>{items}</ul></div>'


def _comparison(table: Json | None, turn: int, quotes: int, language: Language) -> str:
    if not table or not table.get("rows"):
        return ""
    columns, rows = list(table["columns"]), table["rows"]
    if len(columns) == max(len(row["cells"]) for row in rows):
        columns.insert(0, say("region", language))
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(_comparison_row(row, turn, quotes, language) for row in rows)
    return (
        f'<div class="table" role="group" tabindex="0" aria-label="{escape(say("comparison", language))}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _comparison_row(row: Json, turn: int, quotes: int, language: Language) -> str:
    cells = ""
    for cell in row["cells"]:
        quote = cell.get("quote")
        reference = _reference(quote + 1, turn, quotes, language) if isinstance(quote, int) else ""
        cells += f"<td>{fact(cell.get('text'), language)} {reference}</td>"
    return f'<tr><th scope="row">{escape(region_name(row["region"], language))}</th>{cells}</tr>'


def _chips(heading: str, questions: Sequence[str], look: str = "") -> str:
    """Buttons that ask their own text."""
    if not questions:
        return ""
    buttons = "".join(
        f'<button type="button" class="chip" data-ask="{escape(question)}">{escape(question)}</button>' for question in questions
    )
    return f'<div class="chips {look}"><h3>{escape(heading)}</h3><div class="row">{buttons}</div></div>'


def _meta(answer: Json, language: Language) -> str:
    if answer["status"] not in ("answered", "not_found"):
        return ""
    facts = [say("as_of", language, day=answer["as_of"])] if answer.get("as_of") else []
    if answer["status"] == "answered" and answer.get("confidence") is not None:
        facts.append(say("confidence", language, n=round(answer["confidence"] * 100)))
    return f'<p class="meta">{escape(" · ".join(facts))}</p>' if facts else ""


def _footer(answer: Json, language: Language) -> str:
    """The day and the confidence, and the whole answer to take along."""
    copy = copy_button(answer_text(answer, language), "", language, "copy_all") if answer["quotes"] else ""
    return f'<div class="foot">{_meta(answer, language)}{copy}</div>'


# ---- quote cards


def _cards(heading: str, quotes: Sequence[Json], texts: Mapping[str, str], language: Language, turn: int | None) -> str:
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
    title = escape(document.get("title") or say("untitled", language))
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
    there = source_button(quotes[0]["document"]["id"], spans, name, language) if quotes[0]["source"] in texts else ""
    return f'<div class="acts">{there}{copy_button(chr(10).join(citation(quote) for quote in quotes), name, language)}</div>'


def source_button(document: str, spans: Sequence[Span], name: str, language: Language) -> str:
    """Opens a document in the source view with these spans marked."""
    marks = ",".join(f"{start}-{end}" for start, end in spans)
    label = say("open_source_of", language, name=name)
    return (
        f'<button type="button" class="act" data-source="{escape(document)}" data-marks="{marks}" aria-label="{escape(label)}">'
        f"{escape(say('open_source', language))}</button>"
    )


def copy_button(text: str, name: str, language: Language, key: str = "copy_citation") -> str:
    """Copies ``text``; what it says afterwards comes along."""
    label = say(f"{key}_of", language, name=name) if name else say(key, language)
    return (
        f'<button type="button" class="act" data-copy="{escape(text)}" data-copied="{escape(say("copied", language))}" '
        f'data-not-copied="{escape(say("not_copied", language))}" aria-label="{escape(label)}">{escape(say(key, language))}</button>'
    )


def clause_label(number: str | None, heading: str | None) -> str:
    """The name of a clause as printed."""
    return f"{number or ''}{one_line(heading or '')}"


def _clause_name(quote: Json, language: Language) -> str:
    clause, title = quote["clause"], quote["document"].get("title") or ""
    name = f"{clause.get('number') or ''}{clause.get('heading') or ''}"
    if not name:
        is_title = bool(title) and "".join(quote["text"].split()) == "".join(title.split())
        name = say("the_title" if is_title else "unnumbered", language)
    section = clause.get("section")
    place = f' <span class="muted">{escape(say("section", language))}{escape(section)}</span>' if section else ""
    return f"<strong>{escape(name)}</strong>{place}"


def badges(quote: Json, language: Language) -> str:
    """What a document is and whether a quote still holds, in words and colour."""
    states = [quote["document"].get("status"), quote["validity"]["status"]]
    return "".join(badge(state, language) for state in dict.fromkeys(states))


def badge(state: str | None, language: Language) -> str:
    """One state; nothing where there is none."""
    if state not in BADGE_LOOKS:
        return ""
    return f'<span class="badge {BADGE_LOOKS[state]}">{escape(say(f"status_{state}", language))}</span>'


def region_badge(region: str | None, language: Language) -> str:
    """The region that a document is for."""
    return f'<span class="badge region">{escape(region_name(region, language))}</span>' if region else ""


def fact(value: str | None, language: Language) -> str:
    """A fact, or that the document does not state it."""
    return escape(value) if value else f'<span class="muted">{escape(say("not_stated", language))}</span>'


def _facts(numbered: Sequence[tuple[int, Json]], language: Language) -> str:
    quote = numbered[0][1]
    document, region = quote["document"], quote["document"].get("region")
    responsible = quote["clause"].get("responsible") or []
    facts = [
        ("number", fact(document.get("number"), language)),
        ("issuer", fact(document.get("issuer"), language)),
        ("region", fact(region and region_name(region, language), language)),
        ("issued", fact(document.get("issued"), language)),
        ("responsible", fact("、".join(responsible), language)),
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
    ground = f' <span class="muted">{escape(say("basis", language, basis=basis))}</span>' if basis else ""
    return fact(period, language) + ground


def _places(quotes: Iterable[Json], language: Language) -> str:
    listed = list(quotes)
    spans = ", ".join(say("offsets", language, start=q["start"] + 1, end=q["end"]) for q in listed)
    return f'<span class="path">{escape(listed[0]["source"])}</span> · {escape(spans)}'


# ---- the clause with what is quoted marked in it


def _clause_text(numbered: Sequence[tuple[int, Json]], texts: Mapping[str, str], language: Language) -> str:
    text = texts.get(numbered[0][1]["source"])
    if text is None:  # the document is no longer here: what was quoted still is
        alone = "".join(f"<p>{_mark(quote['text'], number)}</p>" for number, quote in numbered)
        return f'<blockquote class="clause">{alone}</blockquote>'
    marks = [(quote["start"], quote["end"], number) for number, quote in numbered]
    clause = numbered[0][1]["clause"]
    first, last = min(start for start, _, _ in marks), max(end for _, end, _ in marks)
    whole = trimmed(text, (min(_body(text, clause, first), first), max(clause["end"], last)))
    full = marked(text, whole, marks)
    windows = _windows(text, whole, marks)
    if windows == [whole]:
        return f'<blockquote class="clause">{full}</blockquote>'
    return (
        f'<div class="folded"><details><summary><span class="more">'
        f"{escape(say('expand', language, n=whole[1] - whole[0]))}</span>"
        f'<span class="less">{escape(say("collapse", language))}</span></summary>'
        f'<blockquote class="clause full">{full}</blockquote></details>'
        f'<blockquote class="clause snippet">{_snippet(text, whole, windows, marks)}</blockquote></div>'
    )


def _body(text: str, clause: Json, first: int) -> int:
    """Where the clause's text begins: after a heading on a line of its own, which the card names already."""
    line_end = text.find("\n", clause["start"], first)
    line = "".join(text[clause["start"] : max(line_end, clause["start"])].split())
    named = "".join(f"{clause.get('number') or ''}{clause.get('heading') or ''}".split())
    return line_end if named and line.rstrip("。.：:") == named.rstrip("。.：:") else int(clause["start"])


def trimmed(text: str, span: Span) -> Span:
    """The span without the white space at its ends."""
    piece = text[span[0] : span[1]]
    start = span[0] + len(piece) - len(piece.lstrip())
    return start, max(start, span[0] + len(piece.rstrip()))


def _mark(text: str, number: int) -> str:
    return f'<mark data-n="{number}">{escape(text)}</mark>' if number else f"<mark>{escape(text)}</mark>"


def marked(text: str, span: Span, marks: Sequence[tuple[int, int, int]]) -> str:
    """The span's text, escaped, with the marks that lie in it; of two, the first keeps the overlap."""
    out, at = [], span[0]
    for start, end, number in sorted(marks):
        start = max(start, at)
        if start >= end or end > span[1]:
            continue
        out += [escape(text[at:start]), _mark(text[start:end], number)]
        at = end
    return "".join([*out, escape(text[at : span[1]])])


def _windows(text: str, whole: Span, marks: Sequence[tuple[int, int, int]]) -> list[Span]:
    """The pieces of a clause to show while it is folded; the whole where folding saves little."""
    if whole[1] - whole[0] <= LONG_CLAUSE:
        return [whole]
    windows: list[Span] = []
    for start, end, _ in sorted(marks):
        window = (_back(text, whole[0], start), _on(text, end, whole[1]))
        if windows and window[0] <= windows[-1][1] + CONTEXT:
            windows[-1] = (windows[-1][0], max(windows[-1][1], window[1]))
        else:
            windows.append(window)
    shown = sum(end - start for start, end in windows)
    return [whole] if whole[1] - whole[0] - shown < 2 * CONTEXT else windows


def _back(text: str, low: int, at: int) -> int:
    """Where to begin before a quote: its sentence's start if near, else a fixed way back."""
    floor = max(low, at - 2 * CONTEXT)
    begin = max(text.rfind(mark, floor, at) for mark in SENTENCE_END) + 1
    return begin if begin > 0 else (floor if floor == low else max(low, at - CONTEXT))


def _on(text: str, at: int, high: int) -> int:
    """Where to stop after a quote: its sentence's end if near, else a fixed way on."""
    if text[at - 1 : at] in tuple(SENTENCE_END):
        return at
    ceiling = min(high, at + 2 * CONTEXT)
    ends = [found for mark in SENTENCE_END if (found := text.find(mark, at, ceiling)) >= 0]
    if ends:
        return min(ends) + 1
    return ceiling if ceiling == high else min(high, at + CONTEXT)


def _snippet(text: str, whole: Span, windows: Sequence[Span], marks: Sequence[tuple[int, int, int]]) -> str:
    gap = '<span class="gap" aria-hidden="true"> …… </span>'
    body = gap.join(marked(text, window, marks) for window in windows)
    before = gap if windows[0][0] > whole[0] else ""
    after = gap if windows[-1][1] < whole[1] else ""
    return before + body + after
