"""Answers taken along: conversations as Markdown and DOCX, figures as XLSX.

python-docx comes with the extra ``office`` and is imported where it is used.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.citation import Json, Language, citation, plain_text, table_of, word
from assistant.lookup import Figure
from assistant.workbook import clean, missing, workbook
from index.text import one_line

Turn = tuple[str, Json]  # a question and the public form of its Answer
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# ---- conversations


def markdown(turns: Sequence[Turn], language: Language = "zh") -> str:
    """A conversation as Markdown."""
    out = [f"# {word('title', language)}", ""]
    if turns:
        out += [word("as_of", language).format(day=turns[-1][1].get("as_of")), ""]
    for n, (question, answer) in enumerate(turns, 1):
        out += [f"## {n}. {_escaped(one_line(question))}", "", _broken(answer["text"]), ""]
        if answer.get("notices"):
            out += [*(f"> **{word('notices', language)}** {_escaped(notice)}" for notice in answer["notices"]), ""]
        table = table_of(answer.get("comparison"), language)
        if table:
            rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in table]
            out += [rows[0], "|" + " --- |" * len(table[0]), *rows[1:], ""]
        for key in ("quotes", "related"):
            if answer.get(key):
                out += [f"**{word(key, language)}**", ""]
                out += [f"{m}. {_escaped(citation(quote))}" for m, quote in enumerate(answer[key], 1)]
                out += [""]
    return "\n".join(out)


def _broken(text: str) -> str:
    """The lead text with its line breaks kept: Markdown would fold lines of one paragraph, and a list wants an empty line before it."""
    lines = text.split("\n")
    out = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        listed = after.startswith("- ")
        if not line.strip() or not after.strip() or line.startswith("- "):
            out.append(line)
        else:
            out += [line, ""] if listed else [f"{line}  "]
    return "\n".join(out)


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]#|])", r"\\\1", text)


def docx(turns: Sequence[Turn], language: Language = "zh") -> bytes:
    """A conversation as a Word document."""
    document = _docx()
    document.add_heading(word("title", language), level=1)
    if turns:
        document.add_paragraph(word("as_of", language).format(day=turns[-1][1].get("as_of")))
    for n, (question, answer) in enumerate(turns, 1):
        document.add_heading(f"{n}. {clean(one_line(question))}", level=2)
        for line in plain_text(answer["text"]).splitlines():
            said = line.strip()
            if said:
                document.add_paragraph(clean(said.removeprefix("- ")), style="List Bullet" if said.startswith("- ") else None)
        for notice in answer.get("notices") or ():
            document.add_paragraph(clean(f"※ {notice}"))
        rows = table_of(answer.get("comparison"), language)
        if rows:
            table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=False):
                    cell.text = clean(text)
        for key in ("quotes", "related"):
            if answer.get(key):
                document.add_heading(word(key, language), level=3)
                for m, quote in enumerate(answer[key], 1):
                    document.add_paragraph(clean(f"[{m}] {citation(quote)}"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _docx() -> Any:
    try:
        from docx import Document
        from docx.oxml.ns import qn
    except ImportError:
        raise missing("python-docx") from None
    document = Document()
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        properties: Any = document.styles[name].element.get_or_add_rPr()
        properties.get_or_add_rFonts().set(qn("w:eastAsia"), "宋体" if name == "Normal" else "黑体")
    return document


# ---- figures

FIGURE_COLUMNS = ("kind", "figure", "whom", "region", "document", "number", "clause", "sentence", "source")


def figure_cells(row: Figure, language: Language = "zh") -> list[str | None]:
    """One row of the table of figures, in the order of FIGURE_COLUMNS."""
    document, part = row.quote.document, row.quote.part
    return [
        word(row.kind, language), row.text, row.whom, document.region, one_line(document.title or "") or None, document.number,
        f"{part.number or ''}{part.heading or ''}" or None, one_line(row.quote.text), f"{document.source}:{row.span.start}-{row.span.end}",
    ]  # fmt: skip


def figures_xlsx(rows: Iterable[Figure], language: Language = "zh") -> bytes:
    """The table of figures as a workbook with filters and a fixed head."""
    head = [word(column, language) for column in FIGURE_COLUMNS]
    return workbook([head, *(figure_cells(row, language) for row in rows)], (8, 16, 30, 8, 36, 20, 30, 70, 40))
