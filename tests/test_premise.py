"""What a question takes for granted against what a clause says, by hand."""

from __future__ import annotations

import pytest

from assistant.premise import Correction, figure_correction, holds_figures, whole_text
from index.read import parse
from index.records import Quote
from index.sentences import sentences

TEXT = """云岭市若干措施

一、保险。短期出口信用保险保费补助由50%提高到65%，单户最高90万元。
二、海外仓。每个仓补助不超过30万元。
三、产业园。入驻企业35至49家的，奖励40万元。
四、车辆。首批试点企业不超过6家。
五、展会。出口额800万美元以上的企业，每年补助5万元。
"""


@pytest.mark.parametrize(
    ("question", "words", "expected"),
    [
        ("保费按八成补助对吗", "保费补助", Correction("80%", "65%")),  # not the rate that held before
        ("保费补65%对吗", "保费补助", None),
        ("海外仓补30万美元对吗", "每个仓", Correction("30万美元", "30万元")),
        ("海外仓补30万元对吗", "每个仓", None),
        ("园区有40家企业，奖多少", "入驻企业", None),  # inside the range
        ("园区要60家企业对吗", "入驻企业", Correction("60家", "35至49家")),
        ("首批有20家试点企业吧", "首批", Correction("20家", "6家")),
        ("我们出口1000万美元，能补吗", "出口额", None),  # above what is asked at least
        ("补多少", "保费补助", None),
    ],
)
def test_a_figure_is_corrected_by_what_holds_now(question: str, words: str, expected: Correction | None) -> None:
    document = parse(TEXT, "a.txt", "a")
    part, span = next((p, s) for p, s in sentences(document) if words in s.of(TEXT))
    quote = Quote(document, part, span.start, span.end)
    assert figure_correction(question, quote, whole_text([quote])) == expected


def test_figures_are_held_with_their_unit() -> None:
    assert holds_figures("最高不超过300万元", [("300", "万")])
    assert not holds_figures("最高不超过300万美元", [("300", "万元")])
    assert not holds_figures("最高不超过1300万元", [("300", "万元")])
