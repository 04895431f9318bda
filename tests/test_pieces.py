"""A message of several questions is taken apart, and nothing else is; the answers keep their own quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.chat import Assistant
from assistant.pieces import MOST, pieces

APART = {
    "1. 退税几天？\n2. 信保补多少？\n3. 谁负责？": ["退税几天？", "信保补多少？", "谁负责？"],
    "请问：\n（1）出口退税\n（2）海外仓补贴": ["出口退税", "海外仓补贴"],
    "退税几天？另外所得税15%给谁的？": ["退税几天？", "所得税15%给谁的？"],
    "退税几天，另外展位费补多少": ["退税几天", "展位费补多少"],
    "我们在重庆。退税几天？展位费补多少？": ["我们在重庆。退税几天？", "展位费补多少？"],
    "How long do refunds take? What about booth fees?": ["How long do refunds take?", "What about booth fees?"],
}
WHOLE = [
    "退税几天？",
    "补多少？怎么申请？",
    "2020年1.5万元怎么来的？",
    "项目\t金额\n展位费\t5万元\n怎么补？",
    "对小微企业给予100%补贴\n自2022年起执行\n这一段什么意思？",
    "",
]


@pytest.mark.parametrize("message", APART)
def test_several_questions_are_taken_apart(message: str) -> None:
    assert pieces(message, _names_something) == APART[message]


@pytest.mark.parametrize("message", WHOLE)
def test_one_question_stays_whole(message: str) -> None:
    assert pieces(message, _names_something) == [message]


@example("1?1？|?1")
@given(st.text(alphabet="退税几天？?\n1.2、（）另外，。 \t|重庆", max_size=60))
def test_every_piece_stands_in_the_message(message: str) -> None:
    found = pieces(message, lambda _: True)
    assert 1 <= len(found) <= MOST
    squeezed = re.sub(r"\s", "", message)
    assert all(re.sub(r"\s", "", piece) in squeezed for piece in found if len(found) > 1 and "。" not in piece)


def test_each_question_is_answered_with_its_own_quotes(assistant: Assistant) -> None:
    answer = assistant.ask("1. 重庆小微企业信保保费补多少？\n2. 退税几天？")
    first, second = answer.text.split("**2. ")
    assert "保费100%补贴" in answer.quotes[0].text and "[1]" in first
    assert any(f"[{n}]" in second and "3个工作日" in quote.text for n, quote in enumerate(answer.quotes, 1))
    assert {quote.document.region for quote in answer.quotes} == {"重庆"}
    assert answer.question.startswith("1. ")


def test_every_reference_has_its_quote(assistant: Assistant) -> None:
    answer = assistant.ask(
        "1. 出口退税\n2. 海外仓\n3. 信保补贴\n4. 云营销\n5. 展位费\n6. 通关时间\n7. 房租补贴\n8. 火星旅游\n9. 贴息\n10. 服务外包"
    )
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert cited == set(range(1, len(answer.quotes) + 1))
    assert len(re.findall(r"^\*\*\d+\. ", answer.text, re.M)) == 10


def test_a_further_question_after_several_goes_on_from_the_last(assistant: Assistant) -> None:
    answer = assistant.ask("那威海呢？", ["重庆信保补多少？另外退税几天？"])
    assert "2个工作日" in "".join(quote.text for quote in answer.quotes)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["退税几天？", "重庆信保补多少？", "上限？", "你好", "另外展位费呢？", "第二个详细说说", "比较重庆和威海退税"]),
        min_size=1,
    )
)
def test_any_list_gives_references_that_hold(assistant: Assistant, asked: list[str]) -> None:
    answer = assistant.ask("\n".join(f"{n}. {one}" for n, one in enumerate(asked, 1)))
    assert all(1 <= int(n) <= len(answer.quotes) for n in re.findall(r"\[(\d+)\]", answer.text))
    for quote in answer.quotes:
        assert quote.part.start <= quote.start < quote.end <= quote.part.end


def _names_something(piece: str) -> bool:
    return bool(re.search(r"退税|信保|展位费|所得税|refunds|booth", piece))
