"""The columns of a comparison: what is asked for, and what of a quote fills a cell."""

from __future__ import annotations

import pytest

from assistant.columns import compared, filled, of_support
from assistant.evidence import Kind
from index.read import parse
from index.records import Quote


def quoted(sentence: str) -> Quote:
    document = parse(f"柘岭市若干措施\n一、支持参展。{sentence}", "柘岭.txt", "柘岭")
    start = document.text.index(sentence)
    part = next(p for p in document.parts if p.start <= start < p.end)
    return Quote(document, part, start, start + len(sentence), 0.9)


@pytest.mark.parametrize(
    ("sentence", "kinds", "cell"),
    [
        ("展位费按不超过70%给予补助，每个标准展位（9平方米）最高3万元；", {"percent"}, "不超过70%"),
        ("展位费按不超过70%给予补助，每个标准展位（9平方米）最高3万元；", {"money"}, "最高3万元"),
        ("出口额600万美元及以上的企业按保费的50%补助，单户全年最高80万元。", {"money"}, "单户全年最高80万元"),
        ("投入达到10万元的，按投入额的30%补助，最高15万元。", {"money"}, "最高15万元"),
        ("年出口额300万美元以下的企业，保费由市县两级财政各承担一半。", {"percent"}, "各承担一半"),
        ("年出口额300万美元以下的企业，保费由市县两级财政各承担一半。", {"money"}, ""),
        ("将小微企业的标准放宽至出口额500万美元以下。", {"money"}, "500万美元"),
        ("一类企业2个工作日内办结，二类企业5个工作日内办结。", {"duration", "date"}, "2个工作日；5个工作日"),
        ("鼓励企业参展。", {"percent", "money"}, ""),
    ],
)
def test_a_cell_holds_the_figures_of_its_kind(sentence: str, kinds: set[Kind], cell: str) -> None:
    assert filled(quoted(sentence), kinds) == cell
    assert all(piece in sentence for piece in cell.split("；"))


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("北京和重庆退税几天，有什么不同", {"duration"}),
        ("谁的补贴高，青屿还是沛泽", {"percent", "money"}),
        ("which city pays more for booth fees", {"percent", "money"}),
        ("两地的保税维修有什么区别", set()),
    ],
)
def test_what_a_comparison_asks_for(question: str, kinds: set[Kind]) -> None:
    assert compared(question) == kinds


def test_support_is_told_from_other_matters() -> None:
    assert of_support("各地展位费补助对比") and of_support("compare exhibition subsidies")
    assert not of_support("各地通关时间对比")
