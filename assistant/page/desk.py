"""The help desk's tabs drawn as HTML: look-up, the table of figures, batches. Pure; decides nothing."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from html import escape

from assistant.answer import quote_dict
from assistant.citation import citation
from assistant.lookup import KINDS, STATUSES, Figure, Found, choices
from assistant.page.marks import marked, trimmed
from assistant.page.pieces import badge, badges, clause_label, copy_button, fact, named, region_badge, source_button
from assistant.page.words import WORDS, Language, region_name, say
from index.records import Document
from index.text import one_line

SHOWN = 300  # figures of one page; the workbook has all
TABS = ("chat", "lookup", "batch")
SCRIPTED = ("batch_reading", "batch_running", "batch_done", "batch_stopped", "unreachable", "lost", "broken")
SORTS = ("kind", "figure", "whom", "region", "document")


def draw_tabs(language: Language, tabs: Iterable[str] = TABS) -> str:
    """The tabs; the page's script tells which one is chosen."""
    buttons = "".join(
        f'<button type="button" role="tab" id="tab-{name}" data-tab="{name}" aria-controls="panel-{name}" '
        f'aria-selected="{"true" if name == "chat" else "false"}" tabindex="{0 if name == "chat" else -1}">'
        f"{escape(say(f'tab_{name}', language))}</button>"
        for name in tabs
    )
    return f'<div role="tablist" aria-label="{escape(say("tabs", language))}">{buttons}</div>'


# ---- look-up


def draw_lookup(documents: Sequence[Document], language: Language) -> str:
    """The form of the look-up tab and the place of its results; the script fills it."""
    offered = choices(documents)
    titles = [(d.id, one_line(d.title or d.source).strip("《》")) for d in offered.documents]
    selects = "".join(
        (
            _select("region", [(r, region_name(r, language)) for r in offered.regions], language),
            _select("document", titles, language),
            _select("status", [(s, say(f"status_{s}", language)) for s in STATUSES], language),
            _select("year", [(y, y) for y in offered.years], language),
            _select("unit", [(u, u) for u in offered.units], language),
            _select("kind", [(k, say(f"kind_{k}", language)) for k in KINDS], language),
        )
    )
    words = escape(say("lookup_words", language))
    return (
        f'<form class="desk" role="search" data-lookup aria-label="{escape(say("tab_lookup", language))}">'
        f'<div class="ask"><input type="search" name="q" autocomplete="off" spellcheck="false" aria-label="{words}" '
        f'placeholder="{escape(say("lookup_placeholder", language))}" maxlength="200">'
        f'<div class="views" role="group" aria-label="{escape(say("lookup_view", language))}">'
        f'<button type="button" data-view="clauses" aria-pressed="true">{escape(say("view_clauses", language))}</button>'
        f'<button type="button" data-view="figures" aria-pressed="false">{escape(say("view_figures", language))}</button></div></div>'
        f'<details class="narrowing" open><summary>{escape(say("filters", language))}</summary>'
        f'<fieldset class="filters"><legend class="sr">{escape(say("filters", language))}</legend>{selects}'
        f'<label class="check"><input type="checkbox" name="figures" value="1"> {escape(say("filter_figures", language))}</label>'
        f'<button type="reset" class="quiet">{escape(say("reset", language))}</button></fieldset></details>'
        f'<p class="keys">{escape(say("lookup_keys", language))}</p></form>'
        f'<h2 class="sr">{escape(say("results", language))}</h2>'
        f'<div class="results" data-results role="region" aria-label="{escape(say("results", language))}" aria-live="off"></div>'
        '<p class="sr" role="status" data-count></p>'
    )


def _select(name: str, options: Sequence[tuple[str, str]], language: Language) -> str:
    shown = "".join(f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in options)
    return (
        f'<label class="pick pick-{name}"><span>{escape(say(f"filter_{name}", language))}</span>'
        f'<select name="{name}"><option value="">{escape(say("any", language))}</option>{shown}</select></label>'
    )


def draw_results(found: Sequence[Found], asked: bool, limit: int, language: Language, as_of: datetime.date) -> str:
    """The clauses that were found: those with the typed words first, then those near in meaning."""
    if not found:
        return draw_nothing(language)
    count = say("found_many" if len(found) >= limit else "found_n", language, n=len(found))
    out = [f'<p class="count" data-counted>{escape(count)}</p>']
    literal = [one for one in found if one.literal]
    near = [one for one in found if not one.literal]
    for key, group in (("literal", literal), ("near", near)):
        if group:
            if asked:
                out.append(f"<h3>{escape(say(key, language))}</h3>")
            out.append(f'<ul class="hits">{"".join(_hit(one, language, as_of) for one in group)}</ul>')
    return "".join(out)


def draw_nothing(language: Language) -> str:
    """Nothing was found, and what to do."""
    return (
        f'<div class="nothing" data-counted><h3>{escape(say("nothing_found", language))}</h3>'
        f"<p>{escape(say('nothing_found_hint', language))}</p></div>"
    )


def _hit(one: Found, language: Language, as_of: datetime.date) -> str:
    quote = quote_dict(one.quote, as_of)
    document, part = one.quote.document, one.quote.part
    whole = trimmed(document.text, (part.start, part.end))
    body = (max(whole[0], part.start), whole[1])
    name = clause_label(part.number, part.heading) or say("unnumbered", language)
    span = (one.quote.start, one.quote.end)
    marks = [(m.start, m.end, 0) for m in one.marks]
    if not marks and span != body:  # near in meaning: the sentence that is
        marks = [(*span, 0)]
    inside = [mark for mark in marks if body[0] <= mark[0] < mark[1] <= body[1]]
    seen = [span]
    units = "、".join(part.responsible or ())
    colon = "：" if language == "zh" else ": "
    charge = f'<p class="units">{escape(say("responsible", language))}{colon}{escape(units)}</p>' if units else ""
    return (
        f'<li class="hit" tabindex="-1" data-hit><div class="hit-head"><strong>{escape(name)}</strong>'
        f'<span class="badges">{region_badge(document.region, language)}{badges(quote, language)}</span></div>'
        f'<p class="hit-doc">{named(document.title, language)}</p>'
        f'<p class="hit-text" lang="zh-CN">{marked(document.text, body, inside)}</p>{charge}'
        f'<div class="acts">{source_button(document.source, seen, name, language)}{copy_button(citation(quote), name, language)}</div></li>'
    )


# ---- figures


def draw_figures(rows: Sequence[Figure], sort: str, language: Language, as_of: datetime.date, download: str) -> str:
    """The table of figures: columns that sort, rows that open in the source view."""
    if not rows:
        return draw_nothing(language)
    shown = rows[:SHOWN]
    count = say("figures_many" if len(rows) > SHOWN else "figures_n", language, n=len(rows), shown=SHOWN)
    head = "".join(_column(name, sort, language) for name in SORTS)
    body = "".join(_figure(row, language, as_of) for row in shown)
    return (
        f'<div class="bar"><p class="count" data-counted>{escape(count)}</p>'
        f'<a class="button" href="{escape(download)}" download>{escape(say("download_xlsx", language))}</a></div>'
        f'<div class="table" role="group" tabindex="0" aria-label="{escape(say("figures_table", language))}">'
        f'<table class="figures"><thead><tr>{head}'
        f'<th scope="col">{escape(say("col_sentence", language))}</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def _column(name: str, sort: str, language: Language) -> str:
    label = say(f"col_{name}", language)
    state, turn = ("none", name)
    if sort.lstrip("-") == name:
        state, turn = ("descending", name) if sort.startswith("-") else ("ascending", f"-{name}")
    return (
        f'<th scope="col" aria-sort="{state}"><button type="button" data-sort="{turn}" '
        f'title="{escape(say("sort_by", language, name=label))}">{escape(label)}</button></th>'
    )


def _figure(row: Figure, language: Language, as_of: datetime.date) -> str:
    document, part = row.quote.document, row.quote.part
    name = clause_label(part.number, part.heading) or say("unnumbered", language)
    sentence = marked(document.text, (row.quote.start, row.quote.end), [(row.span.start, row.span.end, 0)])
    status = quote_dict(row.quote, as_of)["validity"]["status"]
    chinese = ' lang="zh-CN"'  # the document's own words
    return (
        f'<tr><td>{escape(say(f"kind_{row.kind}", language))}</td><td class="figure"{chinese}>{escape(row.text)}</td>'
        f"<td>{fact(row.whom, language, own=True)}</td><td>{fact(document.region and region_name(document.region, language), language)}</td>"
        f'<td class="where"><span{chinese}>{escape(one_line(document.title or document.source))} {escape(name)}</span> '
        f"{badge(status, language) if status in ('draft', 'expired', 'not_yet') else ''}"
        f"{source_button(document.source, [(row.span.start, row.span.end)], f'{row.text} {name}', language)}</td>"
        f'<td class="sentence"{chinese}>{sentence}</td></tr>'
    )


# ---- batches


def draw_batch(language: Language) -> str:
    """The form of the batch tab; the script sends the file and shows how far it is."""

    def told(key: str) -> str:
        return escape(say(key, language))

    return (
        f'<form class="desk batch" data-batch><h2>{told("batch_title")}</h2><p>{told("batch_hint")}</p>'
        f'<div class="drop" data-drop><label class="button primary">'
        f'<input type="file" name="file" accept=".csv,.xlsx" '
        f'class="hidden-file" aria-label="{told("batch_file")}"><span>{told("batch_choose")}</span></label> '
        f'<span class="muted">{told("batch_drop")}</span></div>'
        f'<p class="muted">{told("batch_limits")} <a href="page/batch/sample.csv?lang={language}" download>{told("batch_sample")}</a></p>'
        f'<div class="running" data-running hidden><p data-state role="status"></p>'
        f'<progress aria-label="{told("batch_progress")}" max="1" value="0"></progress> '
        f'<button type="button" class="quiet" data-stop>{told("batch_stop")}</button></div>'
        '<p class="outcome" data-outcome hidden><span data-said></span> '
        f'<a class="button primary" data-result>{told("batch_download")}</a></p>'
        '<p class="failure" role="alert" data-failure hidden></p>'
        f'<template data-words="{_words(SCRIPTED, language)}"></template></form>'
    )


def _words(keys: Iterable[str], language: Language) -> str:
    """Words that the script needs, as JSON in an attribute."""
    return escape(json.dumps({key: WORDS[key][language == "en"] for key in keys}, ensure_ascii=False))
