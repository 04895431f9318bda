"""责任单位: which brackets and lines name units, and the single units in them."""

from __future__ import annotations

import pytest

from index.units import responsibility_line, responsibility_spans, units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("（责任单位：市商务局、市财政局）", ("市商务局", "市财政局")),
        ("(责任单位:区商务局、区财政局)", ("区商务局", "区财政局")),
        ("责任单位：市商务局", ("市商务局",)),
        ("责任单位：岫安机场集团、岫安海关。", ("岫安机场集团", "岫安海关")),
        ("（市商务局牵头，市贸促会配合）", ("市商务局", "市贸促会")),
        ("（市政府外办负责）", ("市政府外办",)),
        ("（市商务局牵头，市财政局、各区县（自治县）政府按职责分工负责）", ("市商务局", "市财政局", "各区县（自治县）政府")),
        ("牵头单位：市商务局；配合单位：市公安局、晋岚海关", ("市商务局", "市公安局", "晋岚海关")),
        ("（责任单位：中国人民银行榆汀省\n分行）", ("中国人民银行榆汀省分行",)),
        ("（责任\n单位：省商务厅）", ("省商务厅",)),
        ("责任单位：市商务局、市商务局", ("市商务局",)),
        ("（责任单位：各区县政府（以下统称各区县）、市商务局）", ("各区县政府", "市商务局")),
        ("责任单位：市商务局 市财政局", ("市商务局", "市财政局")),
        ("**责任单位**：省商务厅", ("省商务厅",)),
    ],
)
def test_units(text: str, expected: tuple[str, ...]) -> None:
    assert units(text) == expected


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("责任单位：市商务局", True),
        ("牵头单位：县林业局", True),
        ("（责任单位：市商务局）", True),
        ("（市商务局、市财政局）", True),
        ("（以下简称专项资金）", False),
        ("市商务局负责解释。", False),
        ("", False),
    ],
)
def test_responsibility_line(line: str, named: bool) -> None:
    assert responsibility_line(line) == named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("补助一半。（责任单位：市商务局）", ["（责任单位：市商务局）"]),
        ("补助一半。（市商务局、市财政局）\n", ["（市商务局、市财政局）"]),
        ("补助一半.(责任单位:区商务局)", ["(责任单位:区商务局)"]),
        ("由市商务局（以下简称我局）负责。", []),
        ("面积（不含地下室）达到要求。", []),
        ("补助。\n牵头单位：县林业局\n配合单位：县商务局\n", ["牵头单位：县林业局", "配合单位：县商务局"]),
        ("补助。\u2028责任单位：县商务局", ["责任单位：县商务局"]),
        ("没有合上（责任单位：市商务局", []),
    ],
)
def test_responsibility_spans(text: str, expected: list[str]) -> None:
    assert [span.of(text) for span in responsibility_spans(text, 0, len(text))] == expected


def test_spans_stay_inside_their_range() -> None:
    text = "甲。（责任单位：市商务局）乙。（责任单位：市财政局）"
    middle = text.index("乙")
    assert [span.of(text) for span in responsibility_spans(text, middle, len(text))] == ["（责任单位：市财政局）"]
    assert [span.of(text) for span in responsibility_spans(text, 0, middle - 1)] == []
