"""The head of a notice or of what it forwards: page head, letterhead, title, 文号, addressees."""

from __future__ import annotations

from index.drafts import SIGNING, Sheet
from index.records import PartKind
from index.rows import Look, titled

_PLAIN: dict[Look, PartKind] = {
    "web": "note",
    "number": "number",
    "status": "note",
    "letterhead": "note",
    "remark": "note",
    "attachment": "note",
    "contents": "note",
    "date": "signature",
    "signed": "signature",
    "signatory": "signature",
    "contact": "contact",
    "addressees": "addressees",
}


def head(sheet: Sheet, at: int) -> int:
    """Draft the rows of the head from row ``at`` on; gives the first row of the body."""
    found = False
    while at < len(sheet.rows):
        row = sheet.rows[at]
        if row.look in _PLAIN:
            sheet.add(_PLAIN[row.look], at)
        elif row.look == "title" or (not found and _opens_title(sheet, at)):
            at = _title(sheet, at)
            found = True
            continue
        elif row.look == "org" and (kind := _office(sheet, at)):
            sheet.add(kind, at)
        elif row.look in ("bare", "table", "org") and not found and _title_ahead(sheet, at):
            sheet.add("note", at)
        else:
            break
        at += 1
    return at


def _title_ahead(sheet: Sheet, at: int) -> bool:
    """A title follows before any text: what stands above it is page junk."""
    marks = ("title", "paragraph", "addressees", "label")
    following = next((r for r in sheet.rows[at:] if r.look in marks or r.marker), None)
    return following is not None and following.look == "title"


def _office(sheet: Sheet, at: int) -> PartKind | None:
    """Offices named above a title are a part of it, above a date a signature, else a letterhead."""
    following = next((r for r in sheet.rows[at:] if r.look != "org"), None)
    if following is None:
        return None
    if following.look in SIGNING:
        return "signature"
    if following.look == "title" and (not sheet.rows[at + 1].block.gap or following.flat.startswith("关于")):
        return "title"
    return "note" if following.look in ("letterhead", "number", "title", "status", "addressees") else None


def _opens_title(sheet: Sheet, at: int) -> bool:
    """A line that is a title only with the lines behind it, or the only short line of the head."""
    row = sheet.rows[at]
    if row.look not in ("bare", "org") or row.marker:
        return False
    joined = row.flat
    for following in sheet.rows[at + 1 : at + 4]:
        if following.block.gap or following.look not in ("bare", "title", "org"):
            break
        joined += following.flat
        if titled(joined):
            return True
    if sheet.has("title"):
        return False
    for following in sheet.rows[at + 1 : at + 8]:
        if following.look == "title":
            return False
        if following.look == "paragraph" or following.marker:
            break
    return row.look == "bare"


def _title(sheet: Sheet, at: int) -> int:
    """Take the rows from ``at`` on until the title is whole; gives the row behind it."""
    sheet.add("title", at)
    joined = sheet.rows[at].flat
    for n in range(at + 1, len(sheet.rows)):
        row = sheet.rows[n]
        if titled(joined) or row.look not in ("bare", "title", "org") or row.marker or row.block.gap:
            return n
        joined += row.flat
    return len(sheet.rows)
