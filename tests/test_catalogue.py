"""Documents by what a question names of them: region, 文号, title, the name of a programme."""

from __future__ import annotations

import pytest

from assistant.catalogue import Catalogue
from index.read import parse
from index.records import Document

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
