"""Questions over the seeds: what is answered, from where, and what is not stated; in every store that can hold the sentences."""

from __future__ import annotations

import datetime
import json

import pytest
from asked import FAISS, MILVUS, NOTICES, Case, InMilvus, Libraries, check_case, check_quotes, label, lines, read_cases
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.chat import Assistant
from assistant.question import MAX_LENGTH
from index.records import InputError
from index.store import ClauseIndex

FIELDS = [
    "question", "standalone_question", "language", "status", "text", "confidence", "quotes", "related", "notices",
    "comparison", "follow_ups", "as_of", "timings_ms",
]  # fmt: skip
ALL_NOTICES = tuple(sorted(folder.name for folder in NOTICES[0].iterdir()))
OF_NOTICES = [case | {"library": ALL_NOTICES} for name in ALL_NOTICES for case in lines(NOTICES[0] / name / "questions.jsonl")[::8]]


@pytest.fixture(scope="session")
def local(seeds_index: ClauseIndex, tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    return Libraries(seeds_index, lambda: tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session", params=[FAISS, MILVUS])
def library(request: pytest.FixtureRequest, local: Libraries, tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    """The libraries in each store: the contract is tested on all of them."""
    if request.param == FAISS:
        return local
    pytest.importorskip("milvus_lite", reason="NOT TESTED ON MILVUS: pip install -e '.[test]'")
    return InMilvus(local, lambda: tmp_path_factory.mktemp("milvus"))


@pytest.fixture(scope="session")
def assistant(library: Libraries) -> Assistant:
    """The one over the seeds."""
    return library.of(()).assistant


@pytest.mark.parametrize("case", [*read_cases("answers.jsonl"), *read_cases("conversations.jsonl")])
def test_cases(library: Libraries, case: Case) -> None:
    asked = library(case)
    answer = asked.answer(case)
    check_quotes(answer, asked.texts)
    check_case(case, answer)


SAME = [
    *lines(ROOT / "tests/cases/answers.jsonl"),
    *lines(ROOT / "tests/cases/conversations.jsonl"),
    *lines(ROOT / "tests/data/baseline/questions.jsonl"),
    *OF_NOTICES,
]


@pytest.mark.parametrize("library", [MILVUS], indirect=True)
@pytest.mark.parametrize("case", SAME, ids=label)
def test_every_store_gives_the_same_answer(library: Libraries, local: Libraries, case: Case) -> None:
    """The whole answer, to the last digit, apart from how long it took."""
    found, expected = library(case).answer(case), local(case).answer(case)
    assert {**found, "timings_ms": None} == {**expected, "timings_ms": None}


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
        "version": None,
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


@pytest.mark.parametrize(
    "question",
    [
        "小微企业投保出口信用保险有什么补贴",
        "上限是多少？",
        "你好",
        "威海的展位费补贴比例是多少？",
        "what insurance subsidy applies to small exporters",
    ],
)
def test_what_is_offered_to_ask_next_is_answered(assistant: Assistant, question: str) -> None:
    for offered in assistant.ask(question).follow_ups:
        assert assistant.ask(offered, [question]).status == "answered", offered


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
