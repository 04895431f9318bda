"""Questions over the seeds: what is answered, from where, and what is not stated."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.chat import Assistant
from assistant.question import MAX_LENGTH
from index.records import InputError

CASES = [json.loads(line) for line in (ROOT / "tests/cases/answers.jsonl").read_text("utf-8").splitlines()]
FIELDS = [
    "question", "standalone_question", "language", "status", "text", "confidence", "quotes", "related", "notices",
    "comparison", "follow_ups", "as_of", "timings_ms",
]  # fmt: skip


def files() -> dict[str, str]:
    return {f"seeds/{f.name}": f.read_bytes().decode("utf-8") for f in (ROOT / "seeds").glob("*.txt")}


def check_quotes(answer: dict[str, Any]) -> None:
    texts = files()
    for quote in answer["quotes"] + answer["related"]:
        text = texts[quote["source"]]
        assert text[quote["start"] : quote["end"]] == quote["text"]
        assert quote["clause"]["start"] <= quote["start"] < quote["end"] <= quote["clause"]["end"]
        for figure in quote["figures"]:
            assert text[figure["start"] : figure["end"]] == figure["text"]
            assert quote["start"] <= figure["start"] < figure["end"] <= quote["end"]
        assert quote["validity"]["basis"] is None or quote["validity"]["basis"] in text


@pytest.mark.parametrize("case", CASES, ids=[c["question"][:24] for c in CASES])
def test_answers(assistant: Assistant, case: dict[str, Any]) -> None:
    answer = assistant.ask(case["question"]).to_dict()
    assert answer["status"] == case["status"]
    assert answer["language"] == case["language"]
    assert case.get("says", "") in answer["text"]
    check_quotes(answer)
    for prefix, text in case.get("quotes", []):
        assert any(q["source"].startswith(f"seeds/{prefix}") and text in q["text"] for q in answer["quotes"]), text
    if "regions" in case:
        assert {q["document"]["region"] for q in answer["quotes"]} == set(case["regions"])
    if case["status"] != "answered":
        assert answer["quotes"] == []


def test_public_form(assistant: Assistant) -> None:
    answer = assistant.ask("重庆小微外贸企业投保短期出口信用保险补贴多少？").to_dict()
    assert list(answer) == FIELDS
    quote = answer["quotes"][0]
    assert list(quote) == ["text", "source", "start", "end", "document", "clause", "validity", "figures", "score"]
    assert quote["document"] == {
        "id": "002_chongqing-foreign-trade-draft",
        "title": "关于推动外贸保稳提质的实施意见",
        "number": None,
        "issuer": None,
        "region": "重庆",
        "issued": None,
        "status": "draft",
    }
    assert quote["clause"]["number"] == "（六）"
    assert quote["clause"]["heading"] == "进一步加大出口信用保险支持"
    assert quote["clause"]["section"] == "二、加大财税金融支持力度"
    assert quote["clause"]["responsible"] == ["市商务委", "市金融监管局", "重庆银保监局", "中国信保重庆分公司"]
    assert quote["validity"] == {"status": "draft", "from": None, "until": None, "basis": "（征求意见稿）"}
    assert [f["text"] for f in quote["figures"]] == ["100%"]
    assert answer["as_of"] == "2026-11-20"
    json.dumps(answer)


def test_a_draft_is_said_to_be_one_in_the_first_line(assistant: Assistant) -> None:
    assert "征求意见稿" in assistant.ask("重庆对FDA注册的药品有什么奖励？").text.splitlines()[0]


def test_validity_follows_the_day(assistant: Assistant) -> None:
    question = "重庆一类、二类出口企业正常出口退税平均时间压缩在几个工作日？"
    status = [
        assistant.ask(question, as_of=datetime.date.fromisoformat(day)).to_dict()["quotes"][0]["validity"]["status"]
        for day in ("2022-07-01", "2026-11-20")
    ]
    assert status == ["draft", "expired"]


def test_a_region_beside_the_question_keeps_to_it(assistant: Assistant) -> None:
    answer = assistant.ask("出口信用保险有什么支持？", region="威海")
    assert {q.document.region for q in answer.quotes} == {"威海"}
    with pytest.raises(InputError, match="火星"):
        assistant.ask("出口信用保险", region="火星")


def test_no_region_shows_every_region_that_states_it(assistant: Assistant) -> None:
    answer = assistant.ask("退税款一般几天能下来?")
    assert {"重庆", "威海"} <= {q.document.region for q in answer.quotes}


def test_the_conversation_is_taken_into_account(assistant: Assistant) -> None:
    earlier = ["重庆的出口退税现在几天能办下来?"]
    second = assistant.ask("那威海呢?", earlier)
    assert second.standalone_question == "威海的出口退税现在几天能办下来?"
    assert "2个工作日" in second.quotes[0].text
    third = assistant.ask("哪个部门管?", [*earlier, "那威海呢?"])
    assert third.quotes[0].text == "（责任单位：市税务局、人民银行威海市中心支行）"


def test_a_comparison_has_a_row_for_each_region(assistant: Assistant) -> None:
    comparison = assistant.ask("小微企业出口信保保费,重庆和威海有什么不同?").to_dict()["comparison"]
    assert [row["region"] for row in comparison["rows"]] == ["重庆", "威海"]
    assert all(cell["quote"] is not None for row in comparison["rows"] for cell in row["cells"])


def test_too_long_is_answered_with_what_to_do(assistant: Assistant) -> None:
    answer = assistant.ask("啊" * (MAX_LENGTH + 1))
    assert answer.status == "clarify"
    assert str(MAX_LENGTH) in answer.text


@pytest.mark.parametrize(
    "text", ['<script>alert("xss")</script>', "../../../../etc/passwd", "'; DROP TABLE clauses; --", "\x00\ud800", "🙂🙂🙂"]
)
def test_odd_input_does_no_harm(assistant: Assistant, text: str) -> None:
    check_quotes(assistant.ask(text).to_dict())


def test_top_k_bounds_the_quotes(assistant: Assistant) -> None:
    assert len(assistant.ask("出口信用保险", top_k=1).quotes) == 1


def test_conversations_do_not_mix(assistant: Assistant) -> None:
    """The assistant keeps nothing: the same question gives the same answer whatever was asked before."""
    first = assistant.ask("那威海呢?").to_dict()
    assistant.ask("重庆的出口退税现在几天能办下来?")
    again = assistant.ask("那威海呢?").to_dict()
    assert {k: v for k, v in first.items() if k != "timings_ms"} == {k: v for k, v in again.items() if k != "timings_ms"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(alphabet="重庆威海北京退税补贴上限？呢那 保险subsidy100%五万（）\n", max_size=30), min_size=1, max_size=4))
def test_any_conversation_gives_true_quotes(assistant: Assistant, turns: list[str]) -> None:
    check_quotes(assistant.ask(turns[-1], turns[:-1]).to_dict())
