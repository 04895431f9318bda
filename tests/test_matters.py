"""What a figure is asked of, by hand; and contrasts that a clause decides against a question."""

from __future__ import annotations

import pytest

from assistant.contrasts import conflicts
from assistant.matters import unmet, unnamed


@pytest.mark.parametrize(
    ("question", "clause", "open_"),
    [
        ("年利率是多少", "可贷订单金额的七成，单笔不超过500万元。", True),
        ("年利率是多少", "利率不高于同期LPR加60个基点。", False),
        ("What is the total annual budget?", "每标准箱补贴280元。", True),
        ("资金总额多少", "设立规模500万元的专项资金。", False),
        ("等着发工资，退税几天能到", "2个工作日内办结。", False),  # wages are no matter of the figure
        ("要拿什么做抵押，厂房能抵几成", "免收担保费。", True),
        ("按每平米每天多少元来算", "给予不超过300万元的房租补贴。", True),
        ("每平米每月补多少", "按每平方米每月8元补助房租。", False),
        ("支持参展吗", "支持参展。", False),
    ],
)
def test_the_matter_of_a_figure(question: str, clause: str, open_: bool) -> None:
    assert unmet(question, clause) is open_


@pytest.mark.parametrize(
    ("question", "text", "open_"),
    [
        ("5家合作银行分别是哪几家", "向平台上的5家合作银行申请质押贷款。", True),
        ("3项条件是哪些", "向平台申请。", False),  # no members that have names
        ("4个园区在哪些县", "在甲县、乙县、丙县建设4个园区。", False),
        ("支持哪些企业", "支持小微企业。", False),
    ],
)
def test_members_are_named(question: str, text: str, open_: bool) -> None:
    assert unnamed(question, [text]) is open_


@pytest.mark.parametrize(
    ("question", "passage", "found"),
    [
        ("远洋航线补多少", "新开近洋航线，每航次8万元。", 1),
        ("远洋航线补多少", "近洋8万元，远洋20万元。", 0),
        ("参加广交会补多少", "境外展会的展位费按70%补助。", 1),
        ("出国展补多少", "参加境外展会，按70%补助。", 0),  # two ways of saying one side
        ("How much per parcel for imports", "出口商品每票补1.5元。", 1),
        ("进口贴息多少", "按进出口额贴息。", 0),
        ("最多几个人", "每家企业不超过10人。", 0),
    ],
)
def test_a_contrast_is_decided_against_the_question(question: str, passage: str, found: int) -> None:
    assert conflicts(question, passage) == found
