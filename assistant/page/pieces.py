"""Small pieces that cards, tabs and the source view are drawn of: badges, facts, the buttons of a quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from assistant.page.words import Language, region_name, say
from index.text import one_line

Json = Mapping[str, Any]
Span = tuple[int, int]

BADGE_LOOKS = {
    "draft": "warn",
    "abridged": "plain",
    "expired": "bad",
    "not_yet": "warn",
    "not_stated": "plain",
    "in_force": "good",
}


def source_button(source: str, spans: Sequence[Span], name: str, language: Language) -> str:
    """Opens a document, by its source, in the source view with these spans marked; the source tells the version too."""
    marks = ",".join(f"{start}-{end}" for start, end in spans)
    label = say("open_source_of", language, name=name)
    return (
        f'<button type="button" class="act" data-source="{escape(source)}" data-marks="{marks}" aria-label="{escape(label)}">'
        f"{escape(say('open_source', language))}</button>"
    )


def copy_button(text: str, name: str, language: Language, key: str = "copy_citation") -> str:
    """Copies ``text``; what it says afterwards comes along."""
    label = say(f"{key}_of", language, name=name) if name else say(key, language)
    return (
        f'<button type="button" class="act" data-copy="{escape(text)}" data-copied="{escape(say("copied", language))}" '
        f'data-not-copied="{escape(say("not_copied", language))}" aria-label="{escape(label)}">{escape(say(key, language))}</button>'
    )


def named(document_title: str | None, language: Language) -> str:
    """A document's title, told to screen readers to be Chinese; that it states none in the page's language."""
    if not document_title:
        return escape(say("untitled", language))
    return f'<span lang="zh-CN">{escape(one_line(document_title))}</span>'


def clause_label(number: str | None, heading: str | None) -> str:
    """The name of a clause as printed."""
    return f"{number or ''}{one_line(heading or '')}"


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


def fact(value: str | None, language: Language, own: bool = False) -> str:
    """A fact, or that the document does not state it. ``own``: in the document's own words, which are Chinese to a screen reader."""
    if value and own:
        return f'<span lang="zh-CN">{escape(value)}</span>'
    return escape(value) if value else f'<span class="muted">{escape(say("not_stated", language))}</span>'
