"""How the library's commands show a document, and what became of a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.answer import structure_dict
from assistant.telling import in_terminal
from index.records import Document, DocumentStatus

if TYPE_CHECKING:
    from assistant.collection import Added, Correction, Entry

OUTCOMES = {
    "new": ("新文件", "new document"),
    "version": ("新版本", "new version"),
    "duplicate": ("已有，未作改动", "kept already, nothing changed"),
    "restored": ("已恢复", "restored"),
}
LABELS = {
    "title": ("标题", "title"),
    "number": ("文号", "number"),
    "issuer": ("机关", "issuer"),
    "region": ("地区", "region"),
    "issued": ("日期", "issued"),
    "status": ("状态", "status"),
    "parts": ("条款", "clauses"),
}
_OF_PARTS = {
    "kind": ("类别", "kind"),
    "number": ("条号", "number"),
    "heading": ("条标题", "heading"),
    "responsible": ("责任单位", "units in charge"),
}
_STATUS: dict[DocumentStatus, tuple[str, str]] = {"draft": ("征求意见稿", "draft"), "abridged": ("有删减", "abridged")}


def said(zh: str, en: str) -> str:
    """Words of a line in the terminal's language, both beside each other where its locale names none."""
    return in_terminal(zh, en).replace("\n", " / ")


def added_dict(added: Added) -> dict[str, Any]:
    """The public form of what became of a file, and of what was understood of it."""
    told = {name: getattr(added, name) for name in ("outcome", "version", "blank_pages", "carried", "dropped", "similar")}
    return told | {"lost": [asdict(one) for one in added.lost]} | structure_dict(added.document)


def as_json(file: Path, added: Added) -> str:
    """What became of a file, in one line of JSON."""
    return json.dumps({"file": str(file)} | added_dict(added), ensure_ascii=False)


def as_text(file: Path, added: Added, preview: bool, current: int) -> str:
    """What became of a file, for a person; ``current`` is the version that answers are given from."""
    document = added.document
    lines = [f"{file}: {said(*OUTCOMES[added.outcome])} → {document.id} v{added.version}"]
    lines += [*stated(document), *tree(document)] if preview else [f"  {summary(document)}"]
    if added.similar:
        told = said("标题或文号与它相同，若是它的新版本", "has the same title or 文号; if this is a new version of it")
        lines.append(f"  {added.similar[0]} {told}: python -m assistant add {file} --as {added.similar[0]}")
    if not any(part.kind == "clause" for part in document.parts):
        lines.append("  " + said("没有读出条款，请核对", "no clauses were found, please check"))
    if added.blank_pages:
        pages = ", ".join(map(str, added.blank_pages))
        lines.append("  " + said(f"没有文字的页（扫描件？）：{pages}", f"pages without text (a scan?): {pages}"))
    if added.carried:
        names = named(added.carried)
        lines.append("  " + said(f"沿用上一版的改正：{names}", f"corrections carried over: {names}"))
    if added.dropped:
        names = named(added.dropped)
        lines.append("  " + said(f"未沿用的改正，请核对：{names}", f"corrections not carried over, please check: {names}"))
        lines += corrections(added.lost)
    if added.outcome == "version" and not preview:
        lines.append("  " + said("差异", "what changed") + f": python -m assistant diff {document.id}")
    if added.outcome == "duplicate" and added.version != current:
        told = said(f"现用第 {current} 版；改回这一版", f"answers come from version {current}; to go back to this one")
        lines.append(f"  {told}: python -m assistant restore {document.id} --version {added.version}")
    return "\n".join(lines)


def corrections(of_parts: Sequence[Correction]) -> list[str]:
    """What was corrected of clauses, one a line; what the text no longer bears out is told to be without effect."""
    lines = []
    for one in of_parts:
        label = said(*_OF_PARTS[one.name]).replace(" / ", "/")
        value = one.value or ("—" if one.name != "kind" else said("并入前一条", "joined with the one before"))
        lapsed = "" if one.holds else "  " + said("（现在用不上）", "(does not apply now)")
        lines.append(f"  * {one.words[:24]}: {label} {one.read or '—'} → {value}{lapsed}")
    return lines


def named(fields: tuple[str, ...]) -> str:
    """Names of facts for a person."""
    return ", ".join(said(*LABELS[name]).replace(" / ", "/") for name in fields)


def entry_line(entry: Entry) -> str:
    """A document of the list: its id, and what is particular about it."""
    remarks = [f"v{entry.version}/{entry.versions}"] if entry.versions > 1 else []
    if entry.corrected:
        remarks.append(said("改正过", "corrected") + f": {named(entry.corrected)}")
    if entry.removed:
        remarks.append(said("已移除", "removed"))
    return f"{entry.id}{f'  [{chr(59).join(remarks)}]' if remarks else ''}".replace(";", "; ")


def summary(document: Document) -> str:
    """The facts of a document in one line, — where nothing is stated, and how many clauses it has."""
    facts = (document.title, document.region, document.number, document.issuer, document.issued, _status(document))
    clauses = sum(part.kind == "clause" for part in document.parts)
    return f"{' | '.join(fact or '—' for fact in facts)} | {clauses} 条 / clauses"


def stated(document: Document) -> list[str]:
    """The facts of a document, one a line."""
    facts = {name: getattr(document, name) for name in LABELS if name not in ("status", "parts")} | {"status": _status(document)}
    return [f"  {said(*LABELS[name]).replace(' / ', '/')}: {fact or '—'}" for name, fact in facts.items()]


def tree(document: Document) -> list[str]:
    """Sections, the clauses under them, and the other parts by their kind; the title stands among the facts."""
    lines = []
    for part in document.parts:
        body = " ".join(document.text[part.start : part.end].split())
        if part.kind == "section":
            lines.append(f"  {body[:60]}")
        elif part.kind == "clause":
            units = f"（{'、'.join(part.responsible)}）" if part.responsible else ""
            lines.append(f"    {part.number or '·'} {part.heading or body[:30]}{units}")
        elif part.kind != "title" and body:
            lines.append(f"  [{part.kind}] {body[:40]}")
    return lines


def _status(document: Document) -> str | None:
    return said(*_STATUS[document.status]) if document.status else None
