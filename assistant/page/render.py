"""Answers drawn as HTML: pure functions over the public JSON form of an Answer.

Nothing here decides what is true. Every piece of text is escaped; the text inside ``<mark>`` is the
source's own, character for character (``marks``), and line breaks are folded by the style sheet alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Protocol

from assistant.citation import answer_text
from assistant.page.cards import draw_cards
from assistant.page.pieces import badge, copy_button, fact, named, region_badge
from assistant.page.words import Language, examples, region_name, say

Json = Mapping[str, Any]

LONG_QUESTION = 600  # characters of a question that are shown


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
    return f"<li>{region_badge(document.region, language)}{named(document.title, language)}{badge(document.status, language)}</li>"


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
        draw_cards(say("quotes", language), quotes, texts, language, turn),
        draw_cards(say("related", language), related, texts, language, None),
        _chips(say("choices" if status == "clarify" else "follow_ups", language), answer.get("follow_ups") or []),
        _footer(answer, language),
    ]
    name = escape(say("answer", language))
    return f'<section class="answer {escape(status)}"><h2 class="sr">{name}</h2>' + "".join(body) + "</section>"


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
        cells += f"<td>{fact(cell.get('text'), language, own=True)} {reference}</td>"
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
