"""The tab 文件 drawn as HTML: the list, what was read of a new file, one kept document, differences. Pure; decides nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from assistant.collection import FIELDS, Added, Correction, Entry, Version
from assistant.collection.difference import changed_lines, difference
from assistant.page.documents_tree import draw_corrections, draw_tree
from assistant.page.documents_words import WORDS, told
from assistant.page.pieces import badge, named
from assistant.page.words import Language, region_name
from index.readers.file import MAX_BYTES, SUFFIXES
from index.records import Document
from index.text import one_line

LISTED = 200  # documents of one list; the filter finds the others
LINES = 200  # changed lines of a difference that are shown
COMPARED = 1_000_000  # characters of two texts, together, that are compared for the page
SCRIPTED = ("reading", "read", "read_some", "keeping", "keep_all", "importing", "updating", "current", "too_large", "not_kept", "hide")
_MEGABYTE = 1_000_000
_SIGNS = {"added": ("ins", "was_added"), "removed": ("del", "was_removed")}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A kept document that a new file may be a version of."""

    id: str
    title: str | None


def draw_shell(language: Language, may_change: bool) -> str:
    """The tab without its list; the script fills it."""

    def word(key: str, **values: object) -> str:
        return escape(told(key, language, **values))

    accept, most = ",".join(SUFFIXES), MAX_BYTES // _MEGABYTE
    words = escape(json.dumps({key: WORDS[key][language == "en"] for key in SCRIPTED}, ensure_ascii=False))
    adding = tools = ""
    if may_change:
        adding = (
            f'<div class="drop" data-doc-drop><label class="button primary"><input type="file" multiple data-doc-files accept="{accept}" '
            f'class="hidden-file" aria-describedby="doc-formats"><span>{word("choose")}</span></label> '
            f'<span class="muted">{word("drop")}</span><p class="muted" id="doc-formats">{word("formats", n=most)}</p></div>'
            f'<section data-doc-queue aria-label="{word("kept_queue")}"></section>'
            f'<p class="doc-all" data-doc-all hidden><button type="button" class="button primary" data-doc="keep-all"></button></p>'
        )
        tools = (
            f'<div class="doc-tools"><a class="button" href="page/library/export?lang={language}" download>{word("export")}</a>'
            f'<label class="button"><input type="file" data-doc-import accept=".zip" class="hidden-file"><span>{word("import")}</span></label></div>'
        )
    note = f"<p>{word('intro')}</p>" if may_change else f'<p class="doc-note">{word("read_only")}</p>'
    removed = ""
    if may_change:
        removed = f'<label class="check"><input type="checkbox" data-doc-removed> {word("with_removed")}</label>'
    return (
        f'<div class="desk docs" data-docs data-words="{words}" data-most="{MAX_BYTES}">'
        f'<div class="doc-head"><h2>{word("heading")}</h2>{tools}</div>{note}'
        f'<p class="doc-state" role="status" data-doc-state></p><div data-doc-problem></div><div data-doc-refused></div>'
        f'<div data-doc-room>{adding}<div class="doc-filter"><input type="search" data-doc-filter autocomplete="off" spellcheck="false" maxlength="200" '
        f'aria-label="{word("filter")}" placeholder="{word("filter")}">{removed}</div><div data-doc-list></div></div>'
        f"<div data-doc-one hidden></div></div>"
    )


# ---- the list


def draw_list(entries: Sequence[Entry], statuses: Mapping[str, str | None], language: Language) -> str:
    """The documents that are listed; ``statuses`` are theirs by id."""
    if not entries:
        return f'<p class="nothing" role="status">{escape(told("none", language))}</p>'
    shown = entries[:LISTED]
    count = told("count_some" if len(entries) > LISTED else "count", language, n=len(entries), shown=LISTED)
    columns = ("title", "number", "issuer", "region", "issued", "versions")
    head = "".join(f'<th scope="col">{escape(told(name, language))}</th>' for name in columns)
    body = "".join(_row(entry, statuses.get(entry.id), language) for entry in shown)
    return (
        f'<p class="count" role="status">{escape(count)}</p><div class="table doc-table">'
        f'<table aria-label="{escape(told("list", language))}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(entry: Entry, status: str | None, language: Language) -> str:
    remarks = badge(status, language)
    remarks += _remark("removed", "bad", language) if entry.removed else ""
    remarks += _remark("corrected", "plain", language) if entry.corrected else ""
    remarks = f' <span class="badges">{remarks}</span>' if remarks else ""
    facts = "".join(
        f'<td data-head="{escape(told(name, language))}">{_fact(name, getattr(entry, name), language)}</td>'
        for name in ("number", "issuer", "region", "issued")
    )
    versions = told("version_of", language, n=entry.version, all=entry.versions) if entry.versions > 1 else "1"
    return (
        f'<tr><th scope="row"><button type="button" class="doc-open" data-doc="show" data-id="{escape(entry.id)}">'
        f"{named(entry.title, language)}</button>{remarks}</th>{facts}"
        f'<td data-head="{escape(told("versions", language))}">{escape(versions)}</td></tr>'
    )


def _remark(key: str, look: str, language: Language) -> str:
    return f'<span class="badge {look}">{escape(told(key, language))}</span>'


def _fact(name: str, value: str | None, language: Language) -> str:
    if not value:
        return f'<span class="muted">{escape(told("not_stated", language))}</span>'
    shown = region_name(value, language) if name == "region" else value
    return f'<span lang="zh-CN">{escape(shown)}</span>' if shown == value and name != "issued" else escape(shown)


# ---- a file that is not kept yet


def draw_preview(
    name: str,
    added: Added,
    read: Document,
    before: Document | None,
    neighbours: Sequence[Neighbour],
    chosen: str,
    current: int,
    language: Language,
) -> str:
    """What keeping the file ``name`` would do, what was read of it, and the boxes to correct that in.

    ``read`` is the document without the corrections that were typed, ``before`` the version that this one would follow,
    ``neighbours`` the documents that it may be a version of, ``chosen`` what a person said it is ("of:ID" of one of them,
    "separate", or "" where nothing was said), ``current`` the version that answers are given from where the file is kept already.
    """
    known = added.outcome == "duplicate"
    hide = told("hide" if known else "dismiss", language)
    show = (
        f'<button type="button" class="act" data-doc="show" data-id="{escape(added.document.id)}">{escape(told("show", language))}</button>'
    )
    keep = f'<button type="button" class="button primary" data-doc="keep">{escape(told("keep", language))}</button>'
    body = _form(added.document, read, language, f"n-{_token(name)}") + draw_tree(added.document, added.corrections, language, edits=True)
    return (
        f'<div class="doc-card-head"><h3 tabindex="-1">{escape(name)}</h3></div>'
        f"<div data-doc-verdict>{_verdict(added, before, neighbours, chosen, current, language)}</div>"
        f"{'' if known else body}"
        f'<div class="acts">{show if known else keep}'
        f'<button type="button" class="quiet" data-doc="dismiss">{escape(hide)}</button></div><div data-doc-failed></div>'
    )


def _token(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]  # ids in the page hold no blanks


def _verdict(added: Added, before: Document | None, neighbours: Sequence[Neighbour], chosen: str, current: int, language: Language) -> str:
    outcome = told(f"outcome_{added.outcome}", language, n=added.version)
    if added.outcome == "duplicate" and current != added.version:
        outcome = told("outcome_older", language, n=added.version, current=current)
    look = {"new": "good", "version": "warn", "duplicate": "plain", "restored": "good"}[added.outcome]
    out = [
        f'<p class="doc-outcome {look}">{escape(outcome)} {named(added.document.title, language)} {badge(added.document.status, language)}</p>'
    ]
    if neighbours:
        question = told("similar" if added.outcome == "new" and not chosen else "is_version", language)
        options = [
            (f"of:{one.id}", told("as_version", language, name=f"《{one_line(one.title or one.id).strip('《》')}》")) for one in neighbours
        ]
        options.append(("separate", told("as_separate", language)))
        picked = chosen or (f"of:{added.document.id}" if added.outcome == "version" else "separate")
        rows = "".join(
            f'<label><input type="radio" name="as" value="{escape(value)}"{" checked" if value == picked else ""}> {escape(label)}</label>'
            for value, label in options
        )
        out.append(f'<fieldset class="doc-as"><legend>{escape(question)}</legend>{rows}</fieldset>')
    out += [f'<p class="doc-remark">{escape(remark)}</p>' for remark in _remarks(added, language)]
    out.append(draw_corrections(added.lost, language, edits=False))
    if before is not None:
        heading = told("difference", language, old=before.version)
        out.append(
            f'<details class="doc-diff" open><summary>{escape(heading)}</summary>{draw_difference(before, added.document, language)}</details>'
        )
    return "".join(out)


def _remarks(added: Added, language: Language) -> list[str]:
    remarks = []
    if added.blank_pages:
        remarks.append(told("blank_pages", language, pages=", ".join(map(str, added.blank_pages))))
    if not any(part.kind == "clause" for part in added.document.parts):
        remarks.append(told("no_clauses", language))
    for key, names in (("carried", added.carried), ("dropped", added.dropped)):
        if names:
            remarks.append(told(key, language, names=fact_names(names, language)))
    return remarks


def fact_names(names: Sequence[str], language: Language) -> str:
    """Names of facts for a person."""
    return ("、" if language == "zh" else ", ").join(told(name, language) for name in names)


def draw_kept(name: str, added: Added, language: Language) -> str:
    """What became of a file that was kept."""
    return (
        f'<p class="doc-outcome good" tabindex="-1">{escape(told(f"done_{added.outcome}", language, n=added.version))}'
        f"{'：' if language == 'zh' else ': '}{named(added.document.title or name, language)}</p>"
        f'<div class="acts"><button type="button" class="act" data-doc="show" data-id="{escape(added.document.id)}">{escape(told("show", language))}'
        f'</button><button type="button" class="quiet" data-doc="dismiss">{escape(told("hide", language))}</button></div>'
    )


def draw_refused(name: str, why: str, language: Language, key: str = "failed") -> str:
    """A file that could not be read or kept, and why."""
    colon = "：" if language == "zh" else ": "
    return (
        f'<div class="failure" role="alert"><strong>{escape(told(key, language))}{colon}{escape(name)}</strong><p>{escape(why)}</p></div>'
        f'<div class="acts"><button type="button" class="quiet" data-doc="dismiss">{escape(told("hide", language))}</button></div>'
    )


def _form(document: Document, read: Document, language: Language, prefix: str, acts: str = "") -> str:
    """The boxes of the facts; ``data-read`` is what was read, so that the script sends what a person changed."""
    boxes = ""
    for name in FIELDS:
        value, was = getattr(document, name) or "", getattr(read, name) or ""
        hint = told("day_form", language) if name == "issued" else ""
        label = escape(told(name, language))
        describe = f' aria-describedby="{prefix}-{name}"' if hint else ""
        after = f'<small class="muted" id="{prefix}-{name}">{escape(hint)}</small>' if hint else ""
        boxes += (
            f'<label class="doc-fact fact-{name}"><span>{label}</span><input type="text" name="{name}" lang="zh-CN" value="{escape(one_line(value))}" '
            f'data-read="{escape(one_line(was))}" placeholder="{escape(told("not_stated", language))}" maxlength="500" autocomplete="off"{describe}>{after}</label>'
        )
    return (
        f'<form class="doc-facts" data-doc-facts><fieldset><legend>{escape(told("facts", language))}</legend>'
        f'<p class="muted">{escape(told("facts_hint", language))}</p>{boxes}</fieldset>{acts}</form>'
    )


# ---- a document that is kept


def draw_document(
    entry: Entry,
    document: Document,
    versions: Sequence[Version],
    corrections: Sequence[Correction],
    language: Language,
    may_change: bool,
    said: str,
) -> str:
    """One kept document: its facts, versions and clauses, and what can be done with it.

    ``corrections`` are those of its clauses, ``said`` is what was just done.
    """

    def word(key: str, **values: object) -> str:
        return escape(told(key, language, **values))

    state = f'<p class="doc-outcome bad">{word("is_removed")}</p>' if entry.removed else ""
    acts = f'<button type="button" class="act" data-source="{escape(document.source)}" data-marks="">{word("open")}</button>'
    if may_change:
        kind, label = ("restore", "restore") if entry.removed else ("remove", "remove")
        acts += f'<button type="button" class="act" data-doc="{kind}" title="{word("remove_hint")}">{word(label)}</button>'
        buttons = f'<button type="submit" class="button primary" data-doc="correct">{word("save")}</button>'
        if entry.corrected:
            buttons += f'<button type="button" class="quiet" data-doc="reset">{word("reset")}</button>'
        facts = _form(document, document, language, "kept", f'<div class="acts">{buttons}</div>')
    else:
        rows = "".join(f"<div><dt>{word(name)}</dt><dd>{_fact(name, getattr(document, name), language)}</dd></div>" for name in FIELDS)
        facts = f'<dl class="facts">{rows}</dl>'
    current = next(version for version in versions if version.current)
    tree = draw_tree(document, corrections, language, edits=may_change, opens=True, version=current, pages=bool(current.pages))
    remarks = badge(document.status, language)
    remarks += _remark("shipped", "plain", language) if entry.shipped else ""
    remarks += _remark("corrected", "plain", language) if entry.corrected else ""
    return (
        f'<div data-id="{escape(entry.id)}" class="doc-one"><button type="button" class="quiet" data-doc="back">← {word("back")}</button>'
        f'<h3 tabindex="-1">{named(document.title, language)}</h3><div class="badges">{remarks}</div>{state}'
        f'<p class="doc-said" role="status" data-doc-said>{escape(said)}</p><div data-doc-failed></div><div class="acts">{acts}</div>{facts}'
        f"{_versions(versions, language, may_change)}{tree}</div>"
    )


def _versions(versions: Sequence[Version], language: Language, may_change: bool) -> str:
    def word(key: str, **values: object) -> str:
        return escape(told(key, language, **values))

    rows = "".join(_version(version, language, may_change) for version in reversed(versions))
    comparing = ""
    if len(versions) > 1:
        current = next(n for n, version in enumerate(versions) if version.current)
        pair = (max(0, current - 1), current) if current else (0, 1)
        selects = "".join(
            f'<label>{word(key)} <select name="{key}">'
            + "".join(
                f'<option value="{version.number}"{" selected" if n == at else ""}>{word("version", n=version.number)}</option>'
                for n, version in enumerate(versions)
            )
            + "</select></label>"
            for key, at in zip(("older", "newer"), pair, strict=True)
        )
        comparing = (
            f'<form class="doc-compare" data-doc-compare>{selects}<button type="submit" class="act">{word("compare")}</button></form>'
            '<div class="doc-diff" data-doc-diff role="region" aria-live="polite"></div>'
        )
    return f'<section class="doc-versions"><h4>{word("versions")}</h4><ul>{rows}</ul>{comparing}</section>'


def _version(version: Version, language: Language, may_change: bool) -> str:
    def word(key: str, **values: object) -> str:
        return escape(told(key, language, **values))

    n = version.number
    mark = _remark("current_version", "good", language) if version.current else ""
    use = ""
    if may_change and not version.current:
        use = f'<button type="button" class="act" data-doc="use" data-version="{n}" aria-label="{word("use_version", n=n)}">{word("use")}</button>'
    day = version.added[:16].replace("T", " ")
    address = f"page/original?{urlencode({'source': version.source})}"
    original = (
        f'<a class="act" href="{escape(address)}" target="_blank" rel="noopener" '
        f'aria-label="{word("original_version", n=n)}">{word("original_file")}</a>'
    )
    return (
        f'<li><span><strong>{word("version", n=n)}</strong> {mark}</span><span class="muted">{escape(version.name)} · {escape(day)} UTC</span>'
        f'<span class="acts"><button type="button" class="act" data-source="{escape(version.source)}" data-marks="" '
        f'aria-label="{word("open_version", n=n)}">{word("open")}</button>{original}{use}</span></li>'
    )


# ---- differences


def draw_difference(old: Document, new: Document, language: Language) -> str:
    """The lines that changed, each under the clause that it stands in; what went and what came is told to screen readers too."""
    if old.text == new.text:
        return f'<p class="muted">{escape(told("same_text", language))}</p>'
    if len(old.text) + len(new.text) > COMPARED:
        return f'<p class="muted">{escape(told("too_long", language))}</p>'
    lines = changed_lines(old, new, difference(old.text, new.text))
    out, before = [], None
    for label, pieces in lines[:LINES]:
        if label != before:
            out.append(f'<h5 lang="zh-CN">{escape(one_line(label) or told("outside", language))}</h5>')
            before = label
        out.append(f'<p lang="zh-CN">{"".join(_piece(kind, text, language) for kind, text in pieces)}</p>')
    if len(lines) > LINES:
        out.append(f'<p class="muted">{escape(told("more_lines", language, n=len(lines) - LINES))}</p>')
    return f'<div class="doc-lines">{"".join(out)}</div>' if out else f'<p class="muted">{escape(told("same_text", language))}</p>'


def _piece(kind: str, text: str, language: Language) -> str:
    if kind == "same":
        return escape(text)
    tag, key = _SIGNS[kind]
    return f'<{tag}><span class="sr" lang="{"zh-CN" if language == "zh" else "en"}">[{escape(told(key, language))}] </span>{escape(text)}</{tag}>'
