"""What is drawn of a quote: on one line, readable by itself, without the source's own marks."""

from __future__ import annotations

import pytest

from assistant.drawn import items
from assistant.question import Reader
from index.read import parse
from index.records import Document, Quote

TEXT = """云岭市若干措施

一、展会。由市里统一组织的巡展，展位费
— 1 —
全免，企业只承担差旅。
二、核算。企业开展碳足迹核算的：
- 首个产品补助 **4万元**
- 第二个产品补助 **1万元**
三、期限。2020年底前，保险公司可延长付款宽限期，支持企业渡过难关，缓解企业资金压力，稳定企业经营预期和订单信心。
四、联系。政策咨询：商务科  0810-6620315
技术支持：客服  0810-6620888
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return parse(TEXT, "a.txt", "a")


def drawn(document: Document, first: str, last: str, question: str) -> str:
    start, end = TEXT.index(first), TEXT.index(last) + len(last)
    part = next(p for p in document.parts if p.start <= start < p.end)
    (line,) = items(Reader([document]).read(question), [Quote(document, part, start, end)])
    return line


def test_a_page_number_is_left_out(document: Document) -> None:
    assert "展位费全免" in drawn(document, "由市里", "差旅。", "怎么补")


def test_the_document_s_bold_and_items(document: Document) -> None:
    line = drawn(document, "企业开展", "**1万元**", "补多少钱")
    assert "- 首个产品补助 **4万元** - 第二个产品补助 **1万元**" in line
    assert "\\*" not in line


def test_a_figure_alone_is_not_understood(document: Document) -> None:
    assert "付款宽限期" in drawn(document, "2020年底前", "信心。", "截止到什么时候")


def test_labelled_lines_stay_apart(document: Document) -> None:
    assert "6620315 技术支持" in drawn(document, "政策咨询", "0810-6620888", "电话")
