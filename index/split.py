"""Document text → parts: title, number, addressees, preamble, sections, clauses, closing, signature …

A notice is one segment or several (a covering letter and what it forwards). Each segment has a head
(title, 文号, addressees), a body (preamble, sections and clauses) and a tail (signature, contact, notes).
The parts tile the text: each begins where the one before ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from index.headings import heading
from index.numbering import Style
from index.records import Part, PartKind, Span
from index.rows import Row, is_status, rows, titled
from index.units import responsibility_spans, units

_ANNOUNCES = re.compile(r"(?:[：:]|如下[。：:]?|以下(?:意见|措施|办法|政策)[。：:]?)$|现(?:印发|予以?印发|转发|公布|予以)|请(?:认真|遵照|结合实际|贯彻)")
_CLOSES = re.compile(
    r"本(?:意见|办法|措施|通知|方案|公告|细则|政策|规定|指南|举措|若干措施)(?:自|由|执行|有效)|各(?:地区?|部门|单位|县|市|区|级)[^。]{0,20}(?:要|应)"
)
_ANSWER = re.compile(r"答\s?(?:\d{0,2})[：:]|A[：:]")
_ANNEX_NAME = re.compile(r"清单|分工|一览|目录|明细|[表册]$")


@dataclass(slots=True)
class _Draft:
    """A part in the making; it ends where the next one starts."""

    kind: PartKind
    start: int
    number: str | None = None
    heading: str | None = None
    section: str | None = None
    candidates: tuple[str, ...] | None = None


@dataclass(slots=True)
class _Node:
    """A numbered row with the rows that follow it up to the next one of its level."""

    style: Style
    first: int
    last: int  # exclusive
    children: list[_Node] = field(default_factory=list)


def split(document_id: str, text: str) -> tuple[Part, ...]:
    """Cut ``text`` into its parts; they tile it, in order. Never raises on any text."""
    drafts = _Splitter(text).run()
    parts: list[Part] = []
    labels: dict[str, int] = {}
    tasks = _task_list(rows(text))
    for draft, following in zip(drafts, [*drafts[1:], None], strict=True):
        end = following.start if following else len(text)
        start = 0 if not parts else draft.start
        spans: tuple[Span, ...] = ()
        names: tuple[str, ...] = ()
        candidates = draft.candidates
        if draft.kind == "clause":
            spans = tuple(responsibility_spans(text, start, end))
            names = tuple(dict.fromkeys(u for s in spans for u in units(s.of(text))))
            if not names and draft.heading and (task := tasks.get(draft.heading)):
                number, line, listed, at = task
                if number and draft.number and number == re.sub(r"\D", "", draft.number):
                    names, spans = listed, (at,)
                else:
                    candidates = (line,)
        label = _label(draft)
        labels[label] = labels.get(label, 0) + 1
        suffix = f"~{labels[label]}" if labels[label] > 1 else ""
        parts.append(
            Part(
                id=f"{document_id}/{label}{suffix}",
                kind=draft.kind,
                start=start,
                end=end,
                number=draft.number,
                heading=draft.heading,
                section=draft.section,
                responsible=names or None,
                responsible_candidates=candidates,
                responsible_spans=spans,
            )
        )
    return tuple(parts) or (Part(f"{document_id}/note", "note", 0, len(text)),)


def _label(draft: _Draft) -> str:
    if draft.kind != "clause":
        return draft.kind
    chapter = re.match(r"(?:第?[一二三四五六七八九十百\d]+(?:章|节|编|部分|[、.．])|[（(][一二三四五六七八九十]+[)）])", draft.section or "")
    prefix = chapter[0] if chapter and draft.number and "条" not in draft.number else ""
    return prefix + (draft.number or "clause")


def _task_list(all_rows: list[Row]) -> dict[str, tuple[str | None, str, tuple[str, ...], Span]]:
    """Responsibility tables (任务分工表): task → its number, the row, the units named in it, where."""
    found: dict[str, tuple[str | None, str, tuple[str, ...], Span]] = {}
    columns: list[str] = []
    for row in all_rows:
        if row.look != "table":
            columns = []
            continue
        cells = [c.strip() for c in re.split(r"\t|\s*\|\s*|[ 　]{2,}", row.flat)]
        if any(re.search(r"(?:牵头|责任|配合|负责)\S{0,4}(?:单位|部门)", c) for c in cells):
            columns = cells
        elif columns and len(cells) == len(columns):
            task = next((c for c, name in zip(cells, columns, strict=True) if re.search("任务|事项|内容|项目|措施", name)), None)
            number = next((c for c, name in zip(cells, columns, strict=True) if "序号" in name), None)
            named = [c for c, name in zip(cells, columns, strict=True) if re.search("单位|部门", name)]
            if task:
                listed = tuple(dict.fromkeys(u for cell in named for u in units(cell)))
                found[task] = (number, row.flat, listed, Span(row.block.start, row.block.end))
    return found


class _Splitter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.rows = rows(text)
        self.drafts: list[_Draft] = []
        self.title = ""

    def run(self) -> list[_Draft]:
        at = 0
        while at < len(self.rows):
            at = self._segment(at)
        return self.drafts

    def _add(self, kind: PartKind, row: int, **facts: str | None) -> _Draft:
        """Begin a part at ``row``; notes that follow each other without a gap of kind become one."""
        draft = _Draft(kind, self.rows[row].block.start, **facts)  # type: ignore[arg-type]
        merges = kind in ("note", "signature", "title", "addressees", "contact", "preamble")
        if not (merges and self.drafts and self.drafts[-1].kind == kind and not self._parted(row, kind)):
            self.drafts.append(draft)
        return self.drafts[-1]

    def _parted(self, row: int, kind: PartKind) -> bool:
        """Notes of different make stay apart: a status line is not joined to a page foot."""
        if kind in ("title", "contact"):
            return self.rows[row].block.gap
        looks = {self.rows[row - 1].look, self.rows[row].look} if row else set()
        return kind == "note" and ("status" in looks or "responsible" in looks) and len(looks) >= 1

    # head

    def _segment(self, at: int) -> int:
        begin = at
        at = self._head(at)
        end = self._body_end(at)
        if end > at:
            self._body(at, end, covering=self._forwards(end))
        at = self._tail(end)
        return at if at > begin else self._note(begin)

    def _note(self, at: int) -> int:
        self._add("note", at)
        return at + 1

    def _head(self, at: int) -> int:
        titles = 0
        while at < len(self.rows):
            row = self.rows[at]
            after = self.rows[at + 1] if at + 1 < len(self.rows) else None
            if row.look == "web":
                self._add("note", at)
            elif row.look == "number":
                self._add("number", at)
            elif row.look in ("status", "letterhead", "remark", "attachment"):
                self._add("note", at)
            elif row.look in ("date", "signed"):
                self._add("signature", at)
            elif row.look == "contact":
                self._add("contact", at)
            elif row.look == "addressees":
                self._add("addressees", at)
            elif row.look == "title" or (titles == 0 and self._opens_title(at)):
                at = self._whole_title(at)
                titles += 1
                continue
            elif row.look == "org" and after is not None and self._head_org(at):
                pass
            else:
                break
            at += 1
        return at

    def _head_org(self, at: int) -> bool:
        """Offices named above a title are a part of it, above a date a signature, else a letterhead."""
        following = next((r for r in self.rows[at:] if r.look != "org"), None)
        if following is None:
            return False
        if following.look in ("date", "signed"):
            self._add("signature", at)
        elif following.look == "title" and not self.rows[at + 1].block.gap:
            self._add("title", at)
        elif following.look in ("letterhead", "number", "title", "status", "addressees"):
            self._add("note", at)
        else:
            return False
        return True

    def _opens_title(self, at: int) -> bool:
        """A line that is a title only with the lines behind it, or the only short line of the head."""
        row = self.rows[at]
        if row.look not in ("bare", "org") or row.marker:
            return False
        joined = row.flat
        for following in self.rows[at + 1 : at + 4]:
            if following.block.gap or following.look not in ("bare", "title", "org"):
                break
            joined += following.flat
            if titled(joined):
                return True
        if self.drafts and any(d.kind == "title" for d in self.drafts):
            return False
        for following in self.rows[at + 1 : at + 8]:
            if following.look == "title":
                return False
            if following.look == "paragraph" or following.marker:
                break
        return row.look == "bare"

    def _whole_title(self, at: int) -> int:
        """Take the rows from ``at`` until the title is whole; gives the row behind it."""
        self._add("title", at)
        joined = self.rows[at].flat
        at += 1
        while at < len(self.rows) and not titled(joined):
            row = self.rows[at]
            if row.look not in ("bare", "title", "org") or row.marker or row.block.gap:
                break
            joined += row.flat
            at += 1
        self.title = self.title or joined
        return at

    # body

    def _body_end(self, at: int) -> int:
        """The row at which the body of the segment ends: signature, page foot, attachment, a new title."""
        seen = 0
        for n in range(at, len(self.rows)):
            row = self.rows[n]
            if row.look in ("web", "attachment") and seen:
                return n
            if row.look in ("signed", "date"):
                return n
            if row.look == "org" and self._signs(n):
                return n
            if row.look == "status" and not any(r.look == "paragraph" or r.marker for r in self.rows[n + 1 :]):
                return n
            if row.look == "title" and seen and len(row.flat) >= 8 and self._names_attachment(n):
                return n
            if row.look in ("bare", "title") and seen and self._heads_annex(n):
                return n
            seen += 1
        return len(self.rows)

    def _signs(self, at: int) -> bool:
        for row in self.rows[at : at + 6]:
            if row.look in ("date", "signed"):
                return True
            if row.look != "org":
                return False
        return False

    def _names_attachment(self, at: int) -> bool:
        """A title inside the body opens what is forwarded where the text before has named it."""
        name = re.sub(r"[（(].*$", "", self.rows[at].flat).strip()
        before = self.text[: self.rows[at].block.start]
        return len(name) >= 6 and name in re.sub(r"\s", "", before) and not any(d.kind == "clause" for d in self.drafts)

    def _heads_annex(self, at: int) -> bool:
        """任务责任清单 and the like: a short line over a table with which the segment ends."""
        if not _ANNEX_NAME.search(self.rows[at].flat) or at + 1 >= len(self.rows):
            return False
        if self.rows[at + 1].look != "table":
            return False
        after = next((r for r in self.rows[at + 1 :] if r.look != "table"), None)
        return after is None or after.look in ("web", "org", "signed", "date", "status", "attachment", "remark")

    def _forwards(self, end: int) -> bool:
        """True where behind the signature another text with a title and a body follows."""
        rest = self.rows[end:]
        title = next((n for n, r in enumerate(rest) if r.look == "title" and len(r.flat) >= 6), None)
        return title is not None and any(r.look == "paragraph" or r.marker for r in rest[title + 1 :])

    def _body(self, begin: int, end: int, covering: bool) -> None:
        marked = [n for n in range(begin, end) if self.rows[n].marker]
        questions = [n for n in marked if self._style(n) == "question"]
        if len(questions) >= 2:
            self._questions(begin, end, questions)
        elif sum(self._style(n) == "article" for n in marked) >= 2:
            self._articles(begin, end)
        else:
            nodes = self._outline(begin, end)
            if nodes and not covering:
                self._numbered(begin, end, nodes)
            elif covering:
                for n in range(begin, end):
                    self._loose(n, "preamble")
            else:
                self._unnumbered(begin, end)

    def _style(self, n: int) -> Style:
        found = self.rows[n].marker
        assert found is not None
        return found.style

    def _loose(self, n: int, kind: PartKind) -> None:
        """A row outside every clause: what it is by its own look, else ``kind``."""
        look = self.rows[n].look
        own: dict[str, PartKind] = {
            "closing": "closing",
            "contact": "contact",
            "remark": "note",
            "table": "note",
            "web": "note",
            "status": "note",
            "responsible": "note",
            "letterhead": "note",
            "attachment": "note",
        }
        self._add(own.get(look, kind), n)

    def _questions(self, begin: int, end: int, questions: list[int]) -> None:
        for n in range(begin, questions[0]):
            self._loose(n, "preamble")
        for n, last in zip(questions, [*questions[1:], end], strict=True):
            row = self.rows[n]
            asked = re.split(r"\s*(?:答\s?[：:])", row.rest)[0].strip()
            self._add("clause", n, heading=asked or None)
            self._closing_rows(n + 1, last)

    def _articles(self, begin: int, end: int) -> None:
        """第X条 are the clauses; chapters and the numbered lines right above an article are sections."""
        section: str | None = None
        started = False
        for n in range(begin, end):
            row = self.rows[n]
            style = row.marker.style if row.marker else None
            follows = n + 1 < end and self.rows[n + 1].marker is not None and self._style(n + 1) in ("article", "chapter")
            if style == "article":
                assert row.marker is not None
                name = re.match(r"[【（(]([^】）)]{2,20})[】）)]\s*(?=\S)", row.rest)
                self._add("clause", n, number=row.marker.text, heading=name[1] if name else None, section=section)
                started = True
            elif style == "chapter" or (follows and style in ("han", "han_paren") and row.look == "bare"):
                section = row.flat
                self._section(n, None)
                started = True
            elif not started:
                self._loose(n, "preamble")
            elif row.look in ("closing", "contact", "remark"):
                self._loose(n, "note")

    def _section(self, n: int, section: str | None) -> None:
        row = self.rows[n]
        assert row.marker is not None
        name, _ = heading(row.rest, True)
        self._add("section", n, number=row.marker.text, heading=name or row.rest.strip() or None, section=section)

    def _outline(self, begin: int, end: int) -> list[_Node]:
        """Numbered rows as a tree: a style met for the first time goes one level deeper."""
        marked = [n for n in range(begin, end) if self.rows[n].marker]
        marked = self._without_leading_list(marked)
        if not marked:
            return []
        roots: list[_Node] = []
        stack: list[_Node] = []
        for n, after in zip(marked, [*marked[1:], end], strict=True):
            style = self._style(n)
            node = _Node(style, n, after)
            if style == "chapter":
                stack = []
            elif any(s.style == style for s in stack):
                while stack[-1].style != style:
                    stack.pop()
                stack.pop()
            (stack[-1].children if stack and stack[-1].style != "chapter" else roots).append(node)
            for above in stack:
                above.last = after
            stack = [node] if style == "chapter" else [*stack, node]
        return roots

    def _without_leading_list(self, marked: list[int]) -> list[int]:
        """Leave out a list of the preamble: items of another style than the sections, parted by ；."""
        if not marked:
            return marked
        main: tuple[Style, ...] = ("chapter", "han")
        if not any(self._style(n) in main for n in marked):
            first = [n for n in marked if self._style(n) == self._style(marked[0])]
            listed = sum(self.rows[n].flat.endswith(("；", ";")) for n in first)
            return [] if listed and listed >= len(first) - 1 else marked
        start = next(i for i, n in enumerate(marked) if self._style(n) in main)
        return marked[start:]

    def _capable(self, node: _Node) -> bool:
        """True where the children of a numbered row are clauses of their own, not items of a list."""
        children = [c for c in node.children if c.style not in ("circled", "question")]
        if not children or (children[0].style == "arabic_paren" and node.style != "arabic"):
            return False
        first = self._text(children[0])
        own = self.rows[node.first]
        _, taken = heading(own.rest, True)
        between = [self.rows[n].flat for n in range(node.first + 1, children[0].first)]
        bare = taken >= len(own.rest.rstrip("：: ")) and not between
        named = sum(heading(self.rows[c.first].rest, c.last > c.first + 1)[0] is not None for c in children)
        if first.endswith(("；", ";")) and len(children) > 1:
            return False
        if (between or [own.rest])[-1].rstrip().endswith(("：", ":")) and not bare and named * 2 < len(children):
            return False
        if node.style != "han" and len(children) > 1 and self._shares_responsibility(node, children):
            return False
        return bare or named * 2 >= len(children)

    def _text(self, node: _Node) -> str:
        return self.text[self.rows[node.first].block.start : self.rows[node.last - 1].block.end]

    def _shares_responsibility(self, node: _Node, children: list[_Node]) -> bool:
        """One line of units behind several items speaks for all of them: the parent is the clause."""
        named = [bool(list(responsibility_spans(self._text(c), 0, len(self._text(c))))) for c in children]
        return named[-1] and not any(named[:-1])

    def _numbered(self, begin: int, end: int, nodes: list[_Node]) -> None:
        for n in range(begin, nodes[0].first):
            if self._subsection(n, end):
                continue
            self._loose(n, "preamble")
        section: str | None = None
        for above, node in zip([None, *nodes[:-1]], nodes, strict=True):
            if above is not None and self._subsection(node.first - 1, end) and above.style != "chapter":
                section = self.rows[node.first - 1].flat
            elif above is None and node.first > begin and self._subsection(node.first - 1, end):
                section = self.rows[node.first - 1].flat
            if node.style == "chapter":
                section = self.rows[node.first].flat
                self._section(node.first, None)
                if not any(m.style != "chapter" for m in nodes[nodes.index(node) + 1 : nodes.index(node) + 2]):
                    self._chapter_text(node)
            elif self._capable(node):
                self._section(node.first, section)
                inner = self.rows[node.first].flat
                for previous, child in zip([None, *node.children[:-1]], node.children, strict=True):
                    if self._subsection(child.first - 1, end) and child.first - 1 > node.first:
                        self._add("section", child.first - 1, heading=self.rows[child.first - 1].flat, section=self.rows[node.first].flat)
                        inner = self.rows[child.first - 1].flat
                    self._clause(child, inner)
                    del previous
            else:
                self._clause(node, section)

    def _chapter_text(self, node: _Node) -> None:
        """A chapter without numbered clauses: its paragraphs are clauses without a number."""
        for n in range(node.first + 1, node.last):
            self._add("clause", n, section=self.rows[node.first].flat)

    def _subsection(self, n: int, end: int) -> bool:
        """A short unnumbered line right above a numbered one."""
        row = self.rows[n]
        return row.look == "bare" and row.marker is None and n + 1 < end and self.rows[n + 1].marker is not None

    def _clause(self, node: _Node, section: str | None) -> None:
        row = self.rows[node.first]
        assert row.marker is not None
        name, _ = heading(row.rest, node.last > node.first + 1)
        self._add("clause", node.first, number=row.marker.text, heading=name, section=section)
        self._closing_rows(node.first + 1, node.last)

    def _closing_rows(self, begin: int, end: int) -> None:
        """Rows behind a clause that are no part of it: 特此公告, a contact, the last general paragraph."""
        for n in range(begin, end):
            row = self.rows[n]
            if row.look in ("closing", "contact", "remark"):
                self._loose(n, "note")
            elif n > begin and n + 1 == end and row.marker is None and _CLOSES.match(row.flat) and self._is_last(n):
                self._add("closing", n)

    def _is_last(self, n: int) -> bool:
        """No clause follows, and a blank line or a smaller indent sets the row apart."""
        if any(r.marker for r in self.rows[n + 1 :] if r.look != "web"):
            return False
        return self.rows[n].block.gap or self.rows[n - 1].look in ("responsible", "remark")

    # bodies without numbers

    def _unnumbered(self, begin: int, end: int) -> None:
        heads = [n for n in range(begin, end) if self._heads_text(n, end)]
        if len(heads) >= 2:
            self._headed(begin, end, heads)
            return
        n = begin
        if n < end and self.rows[n].look == "paragraph" and _ANNOUNCES.search(self.rows[n].flat):
            self._add("preamble", n)
            n += 1
        while n < end:
            n = self._group(n, end)

    def _heads_text(self, n: int, end: int) -> bool:
        row = self.rows[n]
        if row.look not in ("bare", "title") or n + 1 >= end or len(row.flat) > 40:
            return False
        return self.rows[n + 1].look in ("paragraph", "bare", "title", "responsible")

    def _headed(self, begin: int, end: int, heads: list[int]) -> None:
        """Short lines without numbers head the clauses; one right above another is a section."""
        for n in range(begin, heads[0]):
            self._loose(n, "preamble")
        section: str | None = None
        for n, last in zip(heads, [*heads[1:], end], strict=True):
            if last == n + 1 and last in heads:
                section = self.rows[n].flat
                self._add("section", n, heading=section)
            else:
                self._add("clause", n, heading=self.rows[n].flat, section=section)
                self._closing_rows(n + 1, last)

    def _group(self, n: int, end: int) -> int:
        """Paragraphs and the lines of units behind them: they belong together where the text leaves no doubt."""
        texts: list[int] = []
        while n < end and self.rows[n].look not in ("responsible",):
            if self.rows[n].look in ("paragraph", "table", "bare", "title", "addressees"):
                texts.append(n)
            else:
                self._paragraphs(texts, ())
                texts = []
                self._loose(n, "note")
            n += 1
        lines: list[int] = []
        while n < end and self.rows[n].look == "responsible":
            lines.append(n)
            n += 1
        if len(texts) == 1 and lines:
            self._add("clause", texts[0])
            return n
        self._paragraphs(texts, tuple(self.rows[i].flat for i in lines))
        for i in lines:
            self._add("note", i)
        return n

    def _paragraphs(self, texts: list[int], candidates: tuple[str, ...]) -> None:
        for n in texts:
            last = n == len(self.rows) - 1 or not any(r.look in ("paragraph", "responsible") for r in self.rows[n + 1 :])
            if last and not candidates and _CLOSES.match(self.rows[n].flat) and "自" not in self.rows[n].flat[:12]:
                self._add("closing", n)
            elif self.rows[n].look == "table" and self.drafts and self.drafts[-1].kind == "clause":
                continue
            else:
                self._add("clause", n).candidates = candidates or None

    # tail

    def _tail(self, at: int) -> int:
        foot = False
        while at < len(self.rows):
            row = self.rows[at]
            if row.look in ("org", "date", "signed") and not foot:
                self._add("signature", at)
            elif row.look == "contact":
                self._add("contact", at)
            elif row.look == "closing":
                self._add("closing", at)
            elif row.look == "attachment":
                at = self._attachment(at)
                continue
            elif not foot and row.look == "title" and self._forwards(at):
                return at
            elif not foot and (row.marker or len(row.flat) > 60) and row.look == "paragraph":
                return at
            else:
                foot = foot or row.look == "web"
                self._add("note", at)
            at += 1
        return at

    def _attachment(self, at: int) -> int:
        """The label of an attachment with the list of names behind it; its table is a note as well."""
        self._add("note", at)
        at += 1
        while at < len(self.rows):
            row = self.rows[at]
            listed = row.marker is not None and row.marker.style == "arabic" and not re.search(r"[。；]", row.flat)
            listed = listed and len(row.flat) <= 60 and self.rows[at - 1].look == "attachment" or row.look == "table"
            if not (listed or (row.look in ("bare", "title") and self._heads_annex(at))):
                break
            self._add("note", at)
            at += 1
        return at


def renamed(part: Part, **changes: str | None) -> Part:
    """A copy of ``part`` with other facts, its span unchanged."""
    return replace(part, **changes)  # type: ignore[arg-type]


__all__ = ["is_status", "renamed", "split"]
