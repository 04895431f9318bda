"""Documents by what a question names of them: region, 文号, title, the name of a programme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.called import Called, Holding
from assistant.catalogue import Catalogue
from index.read import parse
from index.records import Document
from index.shelf import Head, heads

GOODS = """关于促进云岭市货物贸易发展的通知
云商发〔2024〕12号

一、设立“云贸贷”，单户最高500万元。
二、便利“跨境电商”企业申报。

云岭市商务局
2024年3月5日
"""
SERVICES = """关于促进云岭市服务贸易发展的通知
云商发〔2024〕13号

一、支持服务外包企业。

云岭市商务局
2024年3月6日
"""
OTHER = "柘岭市稳外贸若干措施\n\n一、支持参展，展位费补助50%。\n二、便利“跨境电商”企业申报。\n"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    documents: list[Document] = [parse(GOODS, "a.txt", "a"), parse(SERVICES, "b.txt", "b"), parse(OTHER, "c.txt", "c")]
    return Catalogue(documents)


def test_documents_of_regions_come_in_order_of_the_library(catalogue: Catalogue) -> None:
    assert catalogue.within(["柘岭", "云岭"]) == ("a", "b", "c")
    assert catalogue.within(["无此市"]) == ()
    assert [d.id for d in catalogue.documents(["c", "a", "nobody"])] == ["a", "c"]
    assert len(catalogue.documents(None)) == 3


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("云商发〔2024〕12号第一条", ("a",)),
        ("云商发(2024)13号怎么说", ("b",)),
        ("13号文", ("b",)),
        ("《柘岭市稳外贸若干措施》", ("c",)),
        ("补贴12万元", ()),
    ],
)
def test_a_document_is_named_by_number_or_title(catalogue: Catalogue, text: str, ids: tuple[str, ...]) -> None:
    assert catalogue.named(text) == ids


def test_a_coined_name_binds_to_the_document_that_gives_it(catalogue: Catalogue) -> None:
    assert catalogue.coined("云贸贷利率多少") == ("a",)
    assert catalogue.coined("跨境电商有什么支持") is None  # a term of the trade is no name, though it stands in quotation marks
    assert catalogue.coined("展位费补多少") is None


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("云岭服务贸易那个通知的电话", ("b",)),
        ("云岭货物贸易通知第一条", ("a",)),
        ("云岭的电话", ("a", "b")),
    ],
)
def test_a_document_is_named_by_its_subject(catalogue: Catalogue, text: str, ids: tuple[str, ...]) -> None:
    assert catalogue.about(text, ("a", "b")) == ids


def test_names_of_documents_are_taken_out(catalogue: Catalogue) -> None:
    text = "云商发〔2024〕12号和柘岭市稳外贸若干措施的联系电话，不是云商发〔2024〕14号"
    assert catalogue.without_names(text) == "和的联系电话，不是云商发〔2024〕14号"


# ---- the same as a walk through all documents

FEW = st.text("甲乙丙1号〔〕 ", max_size=5)


def called(title: str, number: str) -> Document:
    return replace(parse("正文。", "a.txt", "a"), title=title, number=number)


LIBRARY = st.lists(st.builds(called, FEW, FEW), max_size=8).map(lambda all_: [replace(d, id=str(n)) for n, d in enumerate(all_)])
ASKED = st.text("甲乙丙1号〔〕《》 文意见", max_size=24)


def walked(all_heads: Sequence[Head], text: str) -> tuple[str, ...]:
    def compact(number: str) -> str:
        return re.sub(r"[\s〔〕\[\]()（）【】]", "", number)

    if not re.search(r"\d|《", text):
        return ()
    short = {m[1] for m in re.finditer(r"(?<!\d)(\d{1,4})号(?:文|意见|通知)", compact(text))}
    quoted = re.findall(r"《([^》]{4,})》", text)
    found = []
    for head in all_heads:
        own = re.search(r"(\d+)\s*号$", head.number)
        by_number = compact(head.number) and compact(head.number) in compact(text)
        if by_number or (own and own[1] in short) or any(part in head.title for part in quoted):
            found.append(head.id)
    return tuple(found)


def taken_out(all_heads: Sequence[Head], text: str) -> str:
    for head in all_heads:
        for name in (head.number, head.title):
            if name:
                text = text.replace(name, "")
    return text


@given(LIBRARY, ASKED)
def test_naming_is_what_a_walk_gives(documents: list[Document], text: str) -> None:
    catalogue = Catalogue(documents)
    assert catalogue.named(text) == walked(heads(documents), text)
    assert catalogue.without_names(text) == taken_out(heads(documents), text)


@given(LIBRARY.filter(bool), st.data())
def test_naming_what_is_there_is_what_a_walk_gives(documents: list[Document], data: st.DataObject) -> None:
    """Texts put together of names of the library, so that most hold some; taking one out may make another."""
    names = st.sampled_from([name or "甲" for d in documents for name in (d.title, d.number, f"《{d.title}》", "乙", "《丙")])
    text = "".join(data.draw(st.lists(names, max_size=6)))
    catalogue = Catalogue(documents)
    assert catalogue.named(text) == walked(heads(documents), text)
    assert catalogue.without_names(text) == taken_out(heads(documents), text)


@given(
    st.lists(st.text("甲乙\n\ud800", max_size=5), max_size=8), st.text("甲乙\n\ud800", min_size=2, max_size=4), st.text("甲乙", max_size=9)
)
def test_names_that_hold_a_piece_and_names_in_a_text(names: list[str], piece: str, text: str) -> None:
    assert Holding(names).places(piece) == {place for place, name in enumerate(names) if piece in name}
    assert Called(names).within(text) == {name for name in names if name and name in text}
