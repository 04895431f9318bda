"""Typos and homophones are corrected, and nothing else is."""

from __future__ import annotations

import json
import time

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.chat import Assistant
from assistant.places import Gazetteer
from assistant.typos import Corrector, vocabulary
from index.store import ClauseIndex
from index.text import plain

REPAIRED = {
    "推税": "退税",
    "重庆推税几天": "重庆退税几天",
    "信用宝险": "信用保险",
    "跨竟电商": "跨境电商",
    "跨镜电商有补贴吗": "跨境电商有补贴吗",
    "出运钱": "出运前",
    "小微企业信报补贴多少": "小微企业信保补贴多少",
    "快节通道": "快捷通道",
    "威海海外苍": "威海海外仓",
    "报官行怎么审报": "报关行怎么申报",
    "产地正丢了找谁补": "产地证丢了找谁补",
    "近口许可证": "进口许可证",
    "出口许可政还能用吗": "出口许可证还能用吗",
    "保睡区和保水区": "保税区和保税区",
    "走丝会怎样": "走私会怎样",
    "贷款贴西": "贷款贴息",
    "保费补住比例": "保费补助比例",
    "征求意见搞从哪天施行": "征求意见稿从哪天施行",
    "等几个工做日": "等几个工作日",
    "跨竟电商海外苍推税": "跨境电商海外仓退税",
    "拔付资金要多久": "拨付资金要多久",
    "信用保捡": "信用保险",
    "小徽企业": "小微企业",
    "进囗许可证": "进口许可证",
    "汇率风捡怎么防": "汇率风险怎么防",
    "运贵补贴": "运费补贴",
}
LEFT = [
    "重庆的出口退税几天能办下来?",
    "上限50万元,补贴五成,三家企业",
    "产地正好在威海",
    "国外卖家和国外买家",
    "保税和报税有什么区别",
    "第二年怎么续报",
    "自付比例是多少",
    "动产担保 仓单 提单 融资",
    "制毒化学品谁来查",
    "没有信用保险行不行",
    "云岭市和柘岭市的政策",
    "Which units are in charge of tax refunds?",
    "",
    "?!",
]


@pytest.fixture(scope="module")
def corrector(seeds_index: ClauseIndex) -> Corrector:
    return Corrector(vocabulary(seeds_index.documents), Gazetteer(d.region or "" for d in seeds_index.documents))


@pytest.mark.parametrize("typed", REPAIRED)
def test_a_typo_is_repaired(corrector: Corrector, typed: str) -> None:
    assert corrector.correct(typed) == REPAIRED[typed]


@pytest.mark.parametrize("text", LEFT)
def test_what_reads_as_words_stays(corrector: Corrector, text: str) -> None:
    assert corrector.correct(text) == text


@pytest.mark.parametrize("text", [*REPAIRED.values()])
def test_a_corrected_text_stays(corrector: Corrector, text: str) -> None:
    assert corrector.correct(text) == text


def test_a_name_of_a_place_is_never_made_or_changed() -> None:
    corrector = Corrector({"云林", "退税"}, Gazetteer(["云岭", "云霖"]))
    assert corrector.correct("云霖推税") == "云霖退税"
    assert Corrector({"威海"}, Gazetteer(["威海"])).correct("维海推税") == "维海推税"


def test_a_word_that_could_be_two_terms_stays() -> None:
    assert Corrector({"税绿", "税律"}).correct("税率") == "税率"
    assert Corrector({"申豹", "申鲍"}).correct("申抱") == "申抱"


def queries() -> list[tuple[str, str]]:
    rows = []
    for file in sorted((ROOT / "index/training/pairs").glob("queries-*.jsonl")):
        rows += [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [(row["style"], plain(row["query"])) for row in rows if row["lang"] != "en"]


def test_of_correct_questions_hardly_any_changes_and_most_typos_do(corrector: Corrector) -> None:
    """Over all Chinese training questions: at most 0.5 % of the correct ones, at least 58 % of those with typos."""
    asked = queries()
    began = time.process_time()
    changed = [style for style, text in asked if corrector.correct(text) != text]
    assert (time.process_time() - began) / len(asked) < 0.002
    typos = changed.count("typo")
    assert typos >= 0.58 * sum(style == "typo" for style, _ in asked)
    assert len(changed) - typos <= 0.005 * sum(style != "typo" for style, _ in asked)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="推税退信用宝险保跨竟境电商关水近口正证50万五成不未 a（）", max_size=24))
def test_length_figures_and_negations_are_kept(corrector: Corrector, text: str) -> None:
    corrected = corrector.correct(text)
    assert len(corrected) == len(text)
    for one, other in zip(text, corrected, strict=True):
        if one != other:
            assert one not in "50万五成不未 a（）" or one == "成"
            assert other not in "五不未"


def test_the_correction_shows_in_what_was_understood(assistant: Assistant) -> None:
    answer = assistant.ask("重庆出口推税现在几天能办下来?")
    assert answer.question == "重庆出口推税现在几天能办下来?"
    assert answer.standalone_question == "重庆出口退税现在几天能办下来?"
    assert assistant.ask("重慶出口推稅現在幾天能辦下來?").standalone_question == "重慶出口退稅現在幾天能辦下來?"
    assert assistant.ask("那威海呢?", ["重庆出口推税几天能办下来?"]).standalone_question == "威海出口退税几天能办下来?"
