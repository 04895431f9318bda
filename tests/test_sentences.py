"""Parts → sentences: where they end, and what is no sentence."""

from __future__ import annotations

import pytest

from index.read import parse
from index.sentences import sentences


def texts(text: str) -> list[str]:
    return [span.of(text) for part, span in sentences(parse(text, "x", "x")) if part.kind == "clause"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("对企业给予补助。单个企业不超过10万元。", ["对企业给予补助。", "单个企业不超过10万元。"]),
        ("对企业给予补助；对个人给予奖励。", ["对企业给予补助；", "对个人给予奖励。"]),
        ("对企业给予补助.单个企业不超过1.5万元.", ["对企业给予补助.", "单个企业不超过1.5万元."]),
        ("他说“支持企业参展。”然后给予补助。", ["他说“支持企业参展。”", "然后给予补助。"]),
        ("对企业给予补助。（责任单位：市商务局）", ["对企业给予补助。", "（责任单位：市商务局）"]),
        ("支持下列项目：①参展项目；②认证项目。", ["支持下列项目：", "①参展项目；", "②认证项目。"]),
        ("对企业给予补助。好。", ["对企业给予补助。好。"]),
    ],
)
def test_ends_of_sentences(body: str, expected: list[str]) -> None:
    assert texts(f"一、支持参展\n{body}\n二、支持信保\n保费全部免除。\n")[: len(expected)] == expected


def test_number_and_heading_are_context() -> None:
    assert texts("一、支持参展。对企业给予补助。\n二、支持信保。保费全部免除。\n") == ["对企业给予补助。", "保费全部免除。"]
    assert texts("## 一、**支持参展**\n对企业给予补助。\n## 二、**支持信保**\n保费全部免除。\n") == ["对企业给予补助。", "保费全部免除。"]


def test_a_clause_of_nothing_but_a_heading_is_a_sentence() -> None:
    assert texts("一、支持参展\n二、支持信保\n") == ["一、支持参展", "二、支持信保"]


def test_wrapped_lines_are_one_sentence() -> None:
    wrapped = (
        "　　第一条　为规范外经贸发展专项资金管",
        "理，提高资金使用效益，根据预算管理有关",
        "规定，制定本办法，由市财政局和市商务局",
        "共同负责。",
        "　　第二条　本办法适用于本市企业参展。",
    )
    assert [sentence.replace("\n", "") for sentence in texts("\n".join(wrapped))] == [
        "为规范外经贸发展专项资金管理，提高资金使用效益，根据预算管理有关规定，制定本办法，由市财政局和市商务局共同负责。",
        "本办法适用于本市企业参展。",
    ]


def test_a_list_of_short_lines_is_not_wrapped_text() -> None:
    lines = ["营业执照复印件", "参展合同复印件", "展位发票复印件", "付款凭证复印件"]
    assert texts("一、申报材料\n" + "\n".join(lines) + "\n二、申报时间\n全年受理申报材料。\n")[:4] == lines


def test_marks_of_a_pair_inside_a_line_stay_together() -> None:
    assert texts("一、支持参展\n- 首个产品补助 **4万元**\n- 第二个产品减半\n二、支持信保\n保费全部免除。\n")[:1] == [
        "首个产品补助 **4万元**"
    ]
