"""The place table: every row is well formed, and every key leads to one row."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

TABLE = Path(__file__).resolve().parents[1] / "assistant" / "places.tsv"
LEVELS = {"country", "province", "city", "prefecture", "county", "district"}

PREFECTURES = {
    "河北": 11, "山西": 11, "内蒙古": 12, "辽宁": 14, "吉林": 9, "黑龙江": 13, "江苏": 13, "浙江": 11, "安徽": 16,
    "福建": 9, "江西": 11, "山东": 16, "河南": 17, "湖北": 13, "湖南": 14, "广东": 21, "广西": 14, "海南": 4,
    "四川": 21, "贵州": 9, "云南": 16, "西藏": 7, "陕西": 10, "甘肃": 14, "青海": 8, "宁夏": 5, "新疆": 14,
}  # fmt: skip


class Place(NamedTuple):
    name: str
    level: str
    risky: bool
    parent: str
    aliases: list[str]
    english: list[str]


def _rows() -> list[Place]:
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        name, level, parent, aliases, english = line.split("\t")
        rows.append(Place(name, level.rstrip("*"), level.endswith("*"), parent, [a for a in aliases.split("|") if a], english.split("|")))
    return rows


ROWS = _rows()


def test_header_and_shape() -> None:
    raw = TABLE.read_bytes().decode("utf-8")
    lines = raw.split("\n")
    assert lines[0] == "name\tlevel\tparent\taliases\tenglish"
    assert lines[-1] == "" and "\r" not in raw and not raw.startswith("\ufeff")
    assert all(line.count("\t") == 4 for line in lines[:-1])


def test_levels_and_names() -> None:
    for row in ROWS:
        assert row.level in LEVELS, row
        assert all(part == part.strip() and part for part in [row.name, *row.aliases, *row.english]), row
        assert len(row.name) >= 2 and all(len(alias) >= 2 for alias in row.aliases), row
        assert not re.search(r"[a-z|*+=;]", "".join([row.name, *row.aliases])), row


def test_names_are_unique_within_a_level() -> None:
    assert [key for key, n in Counter((row.level, row.name) for row in ROWS).items() if n > 1] == []


def test_every_key_leads_to_one_row() -> None:
    chinese = Counter(key for row in ROWS for key in [row.name, *row.aliases])
    english = Counter(key for row in ROWS for key in row.english)
    assert [key for key, n in (chinese + english).items() if n > 1] == []


def test_every_parent_exists() -> None:
    provinces = {row.name for row in ROWS if row.level == "province"}
    for row in ROWS:
        assert row.parent == "" if row.level in {"country", "province"} else row.parent in provinces, row


def test_counts() -> None:
    levels = Counter(row.level for row in ROWS)
    assert levels["country"] == 1
    assert levels["province"] == 34
    assert levels["city"] + levels["prefecture"] >= 320
    assert dict(Counter(row.parent for row in ROWS if row.level in {"city", "prefecture"})) == PREFECTURES


def test_english_is_present_and_lower_case() -> None:
    for row in ROWS:
        assert row.english and all(re.fullmatch(r"[a-z][a-z0-9' ,-]*", word) for word in row.english), row


def test_a_risky_name_has_a_form_that_is_not() -> None:
    for row in ROWS:
        if row.risky:
            assert any(len(alias) > len(row.name) for alias in row.aliases), row


@pytest.mark.parametrize(
    ("key", "name", "level", "parent"),
    [
        ("国家层面", "全国", "country", ""),
        ("内蒙古自治区", "内蒙古", "province", ""),
        ("hong kong", "香港", "province", ""),
        ("shaanxi", "陕西", "province", ""),
        ("shanxi", "山西", "province", ""),
        ("jilin", "吉林", "province", ""),
        ("jilin city", "吉林市", "city", "吉林"),
        ("suzhou", "苏州", "city", "江苏"),
        ("xian", "西安", "city", "陕西"),
        ("威海市", "威海", "city", "山东"),
        ("延边朝鲜族自治州", "延边", "prefecture", "吉林"),
        ("义乌市", "义乌", "county", "浙江"),
        ("亦庄", "北京经济技术开发区", "district", "北京"),
        ("浦东新区", "浦东新区", "district", "上海"),
    ],
)
def test_known_keys(key: str, name: str, level: str, parent: str) -> None:
    hits = [(row.name, row.level, row.parent) for row in ROWS if key in [row.name, *row.aliases, *row.english]]
    assert hits == [(name, level, parent)]


@pytest.mark.parametrize("name", ["东方", "白银", "大同", "朝阳", "和县"])
def test_common_words_are_marked(name: str) -> None:
    assert [row.risky for row in ROWS if row.name == name] == [True]
