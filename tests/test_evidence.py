"""Which kinds of fact a question demands and a text states, by hand."""

from __future__ import annotations

import pytest

from assistant.evidence import asks_how_to_apply, demanded, stated, tabled


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("要提交哪些材料", {"materials"}),
        ("What documents do I need to submit?", {"materials"}),
        ("要满足什么条件", {"conditions"}),
        ("注册商标给多少补贴", {"money", "percent"}),
        ("小微企业有补贴吗", {"support"}),
        ("咨询电话", {"contact"}),
        ("合作银行分别是哪几家", {"names"}),
        ("支持参展吗", set()),
    ],
)
def test_what_is_named_outright(question: str, kinds: set[str]) -> None:
    assert demanded(question) == kinds


@pytest.mark.parametrize(
    ("text", "kind", "there"),
    [
        ("提交合同、发票和付款凭证。", "materials", True),
        ("支持企业参加境外展会。", "materials", False),
        ("注册资本不低于500万元。", "conditions", True),
        ("空箱调运不补。", "support", True),
        ("优化投保服务，开通绿色理赔通道。", "support", False),
        ("由中国银行云岭分行、云岭农村商业银行办理。", "names", True),
        ("市商务局委托会计师事务所逐户核查。", "names", False),
        ("压缩退税时间，2个工作日办结。", "duration", True),
    ],
)
def test_what_a_text_states(text: str, kind: str, there: bool) -> None:
    assert (kind in stated(text)) is there


def test_a_table_states_what_its_heading_row_names() -> None:
    assert tabled("项目  现标准（元）\n包干费  552") == {"money"}
    assert tabled("项目  补助比例（%）\n展位费  50") == {"percent"}
    assert tabled("项目  现标准（元）") == frozenset()
    assert tabled("没有表格。") == frozenset()


@pytest.mark.parametrize(
    ("question", "asked"),
    [("怎么申请云营销支持", True), ("how do I apply", True), ("申请流程", True), ("补多少", False), ("手续简化吗", False)],
)
def test_the_way_to_get_something(question: str, asked: bool) -> None:
    assert asks_how_to_apply(question) is asked
