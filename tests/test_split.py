"""Document → parts: the seeds and the notices by their gold tables, single shapes, and what holds for any text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.numbering import marker
from index.read import parse, read_documents
from index.records import Document, Part
from index.sentences import sentences

HERE = Path(__file__).parent
SEEDS = HERE.parent / "seeds"
STRUCTURE = sorted((HERE / "cases/structure").glob("*.json"))
NOTICES = sorted((HERE / "data").glob("*notices/*/gold.json"))
# What the parser is known to get wrong: "folder/what" → why. Strict: a mended one must be taken out.
KNOWN: dict[str, str] = json.loads((HERE / "cases/notices-known.json").read_text("utf-8"))
FIELDS = ("title", "number", "issuer", "issued", "status", "region")

# seeds


def flat(part: Part, document: Document) -> str:
    return document.text[part.start : part.end].strip()


@pytest.mark.parametrize("file", STRUCTURE, ids=lambda file: file.stem[:3])
def test_seed_has_the_parts_of_its_table(file: Path) -> None:
    gold = json.loads(file.read_text("utf-8"))
    (document,) = read_documents([SEEDS / f"{file.stem}.txt"])
    found = [
        {
            "kind": p.kind,
            "number": p.number,
            "heading": p.heading,
            "section": p.section,
            "first": flat(p, document)[: len(g["first"])],
            "last": flat(p, document)[-len(g["last"]) :],
            "responsible": list(p.responsible) if p.responsible else None,
            "candidates": list(p.responsible_candidates) if p.responsible_candidates else None,
        }
        for p, g in zip(document.parts, gold["parts"], strict=True)
    ]
    assert found == gold["parts"]


@pytest.mark.parametrize("file", STRUCTURE, ids=lambda file: file.stem[:3])
def test_seed_states_the_facts_of_its_table(file: Path) -> None:
    gold = json.loads(file.read_text("utf-8"))["document"]
    (document,) = read_documents([SEEDS / f"{file.stem}.txt"])
    assert {name: getattr(document, name) for name in gold} == gold


# notices


def plain(value: str | None) -> str:
    """As the scorer compares: no blanks, one width, no closing marks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value or "")).strip(".、:：。()")


def cases() -> list[Any]:
    listed = []
    for file in NOTICES:
        for what in ("clauses", "sections", *FIELDS):
            name = f"{file.parent.name}/{what}"
            marks = [pytest.mark.xfail(strict=True, reason=KNOWN[name])] if name in KNOWN else []
            listed.append(pytest.param(file, what, id=name, marks=marks))
    return listed


def test_known_failures_name_cases() -> None:
    assert set(KNOWN) <= {case.id for case in cases()} | {f"{file.parent.name}/one line" for file in NOTICES}


@pytest.mark.parametrize(("file", "what"), cases())
def test_notice_has_what_its_gold_says(file: Path, what: str) -> None:
    gold = json.loads(file.read_text("utf-8"))
    (document,) = read_documents([file.parent / "source.txt"])
    if what == "clauses":
        assert clauses_found(document, gold) == [
            (plain(c["number"]), plain(c["heading"]), sorted(map(plain, c["responsible"] or ())))
            for c in gold["parts"]
            if c["kind"] == "clause"
        ]
        return
    if what == "sections":
        assert [plain(part and part.section) for _, part in clause_parts(document, gold)] == [
            plain(c["section"]) for c in gold["parts"] if c["kind"] == "clause"
        ]
        return
    found, wanted = plain(getattr(document, what)), plain(gold[what])
    if what == "title":
        assert found
        assert found in wanted or wanted in found
    elif what == "issuer":
        assert bool(found) == bool(wanted)
        assert found in wanted or wanted in found
    elif what == "region":
        assert found in (wanted, re.sub("[省市]$", "", wanted))
    else:
        assert found == wanted


def clauses_found(document: Document, gold: dict[str, Any]) -> list[Any]:
    """Number, heading and units of the part that holds each gold clause and little more; else where it is missed."""
    return [
        (plain(part.number), plain(part.heading), sorted(map(plain, part.responsible or ()))) if part else f"no clause at {first}"
        for first, part in clause_parts(document, gold)
    ]


def clause_parts(document: Document, gold: dict[str, Any]) -> list[tuple[str, Part | None]]:
    """The first words of each gold clause, and the part that holds it and little more."""
    found: list[tuple[str, Part | None]] = []
    place = 0
    for clause in (c for c in gold["parts"] if c["kind"] == "clause"):
        start = document.text.index(clause["first12"], place)
        end = document.text.index(clause["last12"], start) + len(clause["last12"])
        place = max(place, start)
        part = next(
            (
                p
                for p in document.parts
                if p.kind == "clause" and p.start <= start + 2 and end - 2 <= p.end and p.end - p.start <= 1.6 * (end - start) + 40
            ),
            None,
        )
        found.append((clause["first12"], part))
    return found


# the same notice in other clothes

HALF_WIDTH = str.maketrans("，。：；（）！？", ",.:;()!?")


def paged(text: str) -> str:
    """A page number after every ninth line, as copied from a print."""
    lines = text.split("\n")
    return "\n".join(line + (f"\n\n— {n // 9 + 1} —\n" if n % 9 == 8 else "") for n, line in enumerate(lines))


CLOTHES: dict[str, Callable[[str], str]] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "soft breaks": lambda text: text.replace("\n", "\u2028"),
    "half width": lambda text: text.translate(HALF_WIDTH),
    "page numbers": paged,
    "no indent": lambda text: "\n".join(line.strip() for line in text.split("\n")),
    "blanks at line ends": lambda text: "\n".join(line + "  " for line in text.split("\n")),
}


def content(document: Document) -> list[Any]:
    facts = [plain(getattr(document, name)).translate(HALF_WIDTH) for name in FIELDS]
    return facts + [
        (plain(p.number), plain(p.heading).translate(HALF_WIDTH), [plain(unit) for unit in p.responsible or ()])
        for p in document.parts
        if p.kind == "clause"
    ]


@pytest.mark.parametrize("clothes", CLOTHES)
@pytest.mark.parametrize("file", NOTICES, ids=lambda file: file.parent.name)
def test_clothes_do_not_change_what_is_read(file: Path, clothes: str) -> None:
    text = (file.parent / "source.txt").read_text("utf-8")
    assert content(parse(CLOTHES[clothes](text), "x", "x")) == content(parse(text, "x", "x"))


def on_one_line() -> list[Any]:
    reasons = {file.parent.name: KNOWN.get(f"{file.parent.name}/one line") for file in NOTICES}
    marks = {name: [pytest.mark.xfail(strict=True, reason=reason)] if reason else [] for name, reason in reasons.items()}
    return [pytest.param(file, id=file.parent.name, marks=marks[file.parent.name]) for file in NOTICES]


@pytest.mark.parametrize("file", on_one_line())
def test_a_notice_on_one_line_keeps_its_clauses(file: Path) -> None:
    text = (file.parent / "source.txt").read_text("utf-8")
    joined = re.sub(r"\s*[\n\u2028]\s*", "  ", text.strip())
    assert content(parse(joined, "x", "x"))[len(FIELDS) :] == content(parse(text, "x", "x"))[len(FIELDS) :]


# single shapes


@pytest.mark.parametrize(
    ("line", "style", "text"),
    [
        ("第三章 附则", "chapter", "第三章"),
        ("第十二条 本办法", "article", "第十二条"),
        ("第三条规定的条件", None, None),
        ("措施一：支持首台套", "named", "措施一"),
        ("服务一批企业", None, None),
        ("一、总体要求", "han", "一、"),
        ("（十一）施行", "han_paren", "（十一）"),
        ("1.5万元以上", None, None),
        ("2.1 独立站建设", "decimal", "2.1"),
        ("2 支持项目", "arabic", "2"),
        ("3 个工作日内办结", None, None),
        ("12、禁止行为", "arabic", "12、"),
        ("(3)近两年", "arabic_paren", "(3)"),
        ("③补差", "circled", "③"),
        ("1.问：多久到账？", "question", "1."),
        ("问：多久到账？", "question", ""),
        ("2024年5月", None, None),
    ],
)
def test_numbers(line: str, style: str | None, text: str | None) -> None:
    found = marker(line)
    assert (found and found.style, found and found.text) == (style, text)


def shape(text: str) -> list[tuple[str, str | None, str | None]]:
    return [(p.kind, p.number, p.heading) for p in parse(text, "x", "x").parts]


def test_a_sentence_over_a_page_end_stays_whole() -> None:
    text = "一、支持参展\n企业参加境外展会的，按照展位费的一半给予补助，单个企业\n\n— 3 —\n\n每年不超过十万元。\n二、支持信保\n保费全免。\n"
    document = parse(text, "x", "x")
    spans = [s.of(text).replace("\n", "") for _, s in sentences(document)]
    assert spans[0] == "企业参加境外展会的，按照展位费的一半给予补助，单个企业— 3 —每年不超过十万元。"


def test_contents_are_a_note() -> None:
    text = "某市外贸促进办法\n\n目 录\n第一章 总则……1\n第二章 附则……2\n\n第一章 总则\n第一条 为了促进外贸，制定本办法。\n第二章 附则\n第二条 本办法自印发之日起施行。\n"
    assert [kind for kind, _, _ in shape(text)] == ["title", "note", "section", "clause", "section", "clause"]


def test_markdown_is_no_part_of_number_and_heading() -> None:
    text = "# 某市外贸办法\n\n## 一、资金\n\n### （一）**参展补助**\n每家10万元。\n\n### （二）**信保补助**\n保费全免。\n"
    assert shape(text) == [
        ("title", None, None),
        ("section", "一、", "资金"),
        ("clause", "（一）", "参展补助"),
        ("clause", "（二）", "信保补助"),
    ]


def test_a_letter_with_measures_of_its_own_keeps_them() -> None:
    text = (
        "某市商务局关于申报资金的通知\n\n各企业：\n现将有关事项通知如下。\n\n"
        "一、申报时间\n即日起至5月30日。\n二、申报材料\n申请表一式两份。\n\n"
        "某市商务局\n2024年3月1日\n\n附件\n\n某市外贸资金管理办法\n\n第一条 为了管理资金，制定本办法。\n第二条 资金由市财政安排。\n"
    )
    assert [(n, h) for kind, n, h in shape(text) if kind == "clause"] == [
        ("一、", "申报时间"),
        ("二、", "申报材料"),
        ("第一条", None),
        ("第二条", None),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "（二）批复及相关文件；",
        "第三条 下列项目免予审核：",
        "发展资金的主要来源：",
        "（四）实际点击数达到一万次以上的；",
        "下列场所应当实施无障碍设施改造：",
    ],
)
def test_a_rule_with_the_words_of_a_page_foot_does_not_end_the_body(line: str) -> None:
    text = f"某市外贸办法\n\n第一条 为了促进外贸，制定本办法。\n第二条 申报时提交：\n{line}\n第九条 企业应当如实申报。\n第十条 本办法自印发之日起施行。\n"
    found = [(kind, number) for kind, number, _ in shape(text)]
    assert [number for kind, number in found if kind == "clause"][-2:] == ["第九条", "第十条"]
    assert "note" not in [kind for kind, _ in found]


@pytest.mark.parametrize(
    "title", ["某市高级人民法院关于适用外贸办法若干问题的解释", "中华人民共和国对外贸易法", "中华人民共和国海关法（2021年修正）"]
)
def test_titles_of_statutes(title: str) -> None:
    text = f"{title}\n第一条 为了促进外贸，制定本法。\n第二条 本法自公布之日起施行。\n"
    assert shape(text)[0][0] == "title"
    assert parse(text, "x", "x").title == title


# any text

# fmt: off
PIECES = st.sampled_from(
    [
        "一、", "（一）", "(2)", "1.", "1.1 ", "①", "第一条 ", "第二章 ", "问：", "答：", "措施一：", "附件1", "目录", "# ", "**", "- ", "> ", "|",
        "责任单位：", "（责任单位：市商务局）", "（市商务局、市财政局）", "牵头单位：市财政局", "某市商务局", "2024年5月1日", "某发〔2024〕3号", "关于外贸的通知", "各有关单位：", "特此通知。",
        "（征求意见稿）", "……", "联系人：张某", "首页 > 政策", "— 2 —", "第 1 页 共 2 页", "市长：某某", "支持企业参展", "给予补助10万元。", "序号\t任务\t责任单位",
        "1\t参展\t市商务局", "本通知自印发之日起施行。", "（", "）", "(", ")", "。", "；", "：", "，", ".", "\n", "\n\n", "\r\n", "\u2028", "\f",
        "\u3000\u3000", "  ", "\t", " ", "*", "_",
    ]
)
# fmt: on
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=80))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_parts_and_sentences_of_any_text(text: str) -> None:
    document = parse(text, "x.txt", "x")
    parts = document.parts
    assert [p.start for p in parts] == [0, *(p.end for p in parts[:-1])]
    assert parts[-1].end == len(text)
    assert len({p.id for p in parts}) == len(parts)
    rows = [text[p.start : p.end] for p in parts if p.kind == "note"]
    for part in parts:
        for span in part.responsible_spans:
            inside = part.start <= span.start < span.end <= part.end
            assert inside or any(span.of(text) in row for row in rows), "a row of a responsibility table at most"
    place = 0
    for part, span in sentences(document):
        assert part.start <= span.start < span.end <= part.end
        assert place <= span.start, "in order, without overlap"
        assert span.of(text) == span.of(text).strip()
        place = span.end


@pytest.mark.parametrize(
    "piece",
    [
        "局",
        "公司",
        "（",
        "）",
        "（）",
        "（局",
        "1",
        "一",
        "。",
        ".",
        "|",
        "*",
        "# ",
        "- ",
        "责任单位：",
        "市商务局 ",
        "一、某某\n",
        "目录\n",
        "各",
    ],
)
def test_long_repetition_is_read_in_little_work(piece: str) -> None:
    parse(piece * (100_000 // len(piece)), "x", "x")  # a quadratic rule would take minutes


@pytest.mark.parametrize("blank", [" ", "\u3000", "\t", "\n"])
def test_long_blanks_are_read_in_little_work(blank: str) -> None:
    parse("某" + blank * 100_000 + "某", "x", "x")
