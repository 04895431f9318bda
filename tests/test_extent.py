"""A list is quoted with its lead, a row of a table with its heading row; nothing else grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.extent import LONGEST, extended
from index.read import parse
from index.records import Document, Quote
from index.sentences import sentences

TEXT = """云岭市专项资金申报指南

一、申报材料。企业应当提交下列材料：（一）申报表；（二）营业执照复印件；（三）承诺书。材料一式两份。
二、补助标准。按面积给予补助：
面积（平方米）  上限（万元）
3000—9999  90
10000以上  150
三、其他。本指南由市商务局负责解释。
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return parse(TEXT, "a.txt", "a")


def told(document: Document, words: str, question: str) -> str:
    part, span = next((p, s) for p, s in sentences(document) if words in s.of(TEXT) and p.kind == "clause")
    return extended(Quote(document, part, span.start, span.end), question).text


def test_a_lead_brings_its_items(document: Document) -> None:
    assert told(document, "下列材料", "怎么申报").startswith("企业应当提交下列材料：（一）申报表")
    assert told(document, "下列材料", "怎么申报").endswith("（三）承诺书。")


def test_an_item_brings_the_list_where_a_list_is_asked(document: Document) -> None:
    assert told(document, "营业执照", "要交哪些材料").startswith("企业应当提交下列材料：")
    assert told(document, "营业执照", "营业执照要原件吗") == "（二）营业执照复印件；"


def test_a_row_brings_its_heading_row(document: Document) -> None:
    assert told(document, "10000以上", "上限多少") == "面积（平方米）  上限（万元）\n3000—9999  90\n10000以上  150"
    assert told(document, "3000—9999", "上限多少") == "面积（平方米）  上限（万元）\n3000—9999  90"


def test_a_sentence_stays(document: Document) -> None:
    assert told(document, "一式两份", "材料要几份") == "材料一式两份。"
    assert told(document, "负责解释", "谁解释") == "本指南由市商务局负责解释。"


@given(st.text(alphabet="材料下列如下：。；（一）二①1.2、 \t\n元90", max_size=120), st.sampled_from(["哪些材料", "多少"]))
def test_a_quote_never_leaves_its_part_and_never_shrinks(body: str, question: str) -> None:
    document = parse(f"某市措施\n\n一、支持。{body}\n二、其他。", "a.txt", "a")
    for part, span in sentences(document):
        quote = extended(Quote(document, part, span.start, span.end), question)
        assert part.start <= quote.start <= span.start and span.end <= quote.end <= max(part.end, span.end)
        assert quote.end - quote.start <= max(LONGEST, span.end - span.start)


GUIDE = """云岭市申报指南

一、申报材料
（1）申报表；
（2）合同复印件；
（3）付款凭证。

二、奖励标准
按下表给予奖励，不合格的不奖。

等次  奖励金额
优秀  60万元
良好  40万元

三、其他。由市商务局解释。
"""


def test_a_list_under_a_heading_is_a_list() -> None:
    document = parse(GUIDE, "g.txt", "g")
    part, span = next((p, s) for p, s in sentences(document) if "合同复印件" in s.of(GUIDE))
    whole = extended(Quote(document, part, span.start, span.end), "要交哪些材料").text
    assert whole.startswith("一、申报材料")
    assert whole.endswith("（3）付款凭证。")


def test_what_announces_a_table_brings_it() -> None:
    document = parse(GUIDE, "g.txt", "g")
    part, span = next((p, s) for p, s in sentences(document) if "按下表" in s.of(GUIDE))
    assert extended(Quote(document, part, span.start, span.end), "奖多少").text.endswith("良好  40万元")
