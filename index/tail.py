"""The tail of a notice: signature, contact, attachments, the foot of the page; and where the tail begins."""

from __future__ import annotations

import re

from index.drafts import SIGNING, Sheet

_ANNEX_NAME = re.compile(r"清单|分工|一览|目录|明细|[表册]$")
_BEHIND_ANNEX = ("web", "org", "signed", "date", "status", "attachment", "remark")


def body_end(sheet: Sheet, at: int) -> int:
    """The row at which the body that begins at ``at`` ends: signature, page foot, attachment, a new title."""
    return next((n for n in range(at, len(sheet.rows)) if _ends_body(sheet, n, n > at)), len(sheet.rows))


def tail(sheet: Sheet, at: int) -> int:
    """Draft the rows of the tail from row ``at`` on; gives the first row of what is forwarded, or the end."""
    foot = False
    while at < len(sheet.rows):
        row = sheet.rows[at]
        if row.look in ("org", *SIGNING) and not foot:
            sheet.add("signature", at)
        elif row.look == "contact":
            sheet.add("contact", at)
        elif row.look == "closing":
            sheet.add("closing", at)
        elif row.look == "attachment":
            at = _attachment(sheet, at)
            continue
        elif not foot and _begins_text(sheet, at):
            return at
        else:
            foot = foot or (row.look == "web" and sheet.has("clause"))
            sheet.add("note", at)
        at += 1
    return at


def _begins_text(sheet: Sheet, n: int) -> bool:
    """A title with a body, or a paragraph that is no remark, begins what is forwarded."""
    row = sheet.rows[n]
    if row.look == "title":
        return sheet.forwards(n)
    return row.look == "paragraph" and (row.marker is not None or len(row.flat) > 60)


def _ends_body(sheet: Sheet, n: int, seen: bool) -> bool:
    """``seen`` tells that the body has rows before ``n``."""
    row = sheet.rows[n]
    if row.look in SIGNING:
        return True
    if row.look == "org":
        return _signs(sheet, n)
    if row.look == "status":
        return not any(r.look == "paragraph" or r.marker for r in sheet.rows[n + 1 :])
    if not seen:
        return False
    if row.look in ("web", "attachment"):
        return True
    if row.look == "title" and _named_before(sheet, n):
        return True
    return row.look in ("bare", "title") and _heads_annex(sheet, n)


def _signs(sheet: Sheet, at: int) -> bool:
    """Offices right above a date."""
    following = next((r for r in sheet.rows[at : at + 6] if r.look != "org"), None)
    return following is not None and following.look in SIGNING


def _named_before(sheet: Sheet, at: int) -> bool:
    """A title inside the body opens what is forwarded where the text before has named it."""
    name = re.sub(r"[（(].*$", "", sheet.rows[at].flat).strip()
    if len(name) < 6 or sheet.has("clause"):
        return False
    return any(name in row.flat for row in sheet.rows[:at])


def _heads_annex(sheet: Sheet, at: int) -> bool:
    """任务责任清单 and the like: a short line over a table with which the segment ends."""
    if not _ANNEX_NAME.search(sheet.rows[at].flat) or at + 1 >= len(sheet.rows):
        return False
    if sheet.rows[at + 1].look != "table":
        return False
    after = next((r for r in sheet.rows[at + 1 :] if r.look != "table"), None)
    return after is None or after.look in _BEHIND_ANNEX


def _attachment(sheet: Sheet, at: int) -> int:
    """The label of an attachment with the list of names behind it; its table is a note as well."""
    sheet.add("note", at)
    at += 1
    while at < len(sheet.rows):
        row = sheet.rows[at]
        listed = row.marker is not None and row.marker.style == "arabic" and not re.search(r"[。；]", row.flat)
        listed = (listed and len(row.flat) <= 60 and sheet.rows[at - 1].look == "attachment") or row.look == "table"
        if not (listed or (row.look in ("bare", "title") and _heads_annex(sheet, at))):
            break
        sheet.add("note", at)
        at += 1
    return at
