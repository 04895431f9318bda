"""One record of a set → Turn, whatever its fields are called: ours, ragas's, Chinese or English headings."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from assistant.evaluate.records import ACCEPTED, VALIDITY, Gold, Kind, Told, Turn

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "qid", "编号", "题号", "序号", "问题编号"),
    "question": ("question", "query", "user_input", "user", "问题", "提问", "用户问题", "题目"),
    "gold": ("gold", "quote", "evidence", "依据", "原文", "依据原文", "原文依据", "引文", "依据/原文", "标准依据"),
    "also": ("also", "may", "可接受依据", "其他依据"),
    "passages": ("reference_contexts", "ground_truth_contexts", "contexts", "参考段落"),
    "document": ("document", "doc", "source", "file", "文件", "文件名", "来源", "出处", "文档"),
    "reference": ("reference", "ground_truth", "ground_truths", "answer", "标准答案", "参考答案", "答案"),
    "strings": ("answer_key", "strings", "keywords", "要点", "答案要点", "关键词"),
    "answerable": ("answerable", "is_answerable", "是否可答", "可答", "能否回答"),
    "impossible": ("is_impossible", "unanswerable", "不可答"),
    "accepted": ("acceptable", "accepted", "可接受", "期望状态"),
    "also_accepted": ("also_acceptable",),
    "correct_quote": ("correct_quote", "更正依据"),
    "validity": ("expected_status", "validity", "效力", "有效性"),
    "also_validity": ("also_status",),
    "scope": ("scope", "region", "地区", "适用地区"),
    "as_of": ("as_of", "判断日期", "日期"),
    "language": ("lang", "language", "语言"),
    "kind": ("kind", "category", "类别", "分类"),
    "type": ("type", "类型"),
    "conversation": ("conversation", "dialogue", "dialog", "对话", "会话"),
    "turns": ("turns",),
}
_FIELD = {re.sub(r"[\s_]", "", name): field for field, names in NAMES.items() for name in names}
_YES = {"是", "可", "可答", "能", "yes", "y", "true", "1", "对", "有"}
_NO = {"否", "不可", "不可答", "不能", "no", "n", "false", "0", "无"}
_HAN = re.compile(r"[\u3400-\u9fff]")


def field_of(heading: str) -> str | None:
    """The field that a heading or key means, None for one that is of no concern."""
    return _FIELD.get(re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", heading)).lower())


def fields_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record under our field names; empty values are left out, the first of two equal meanings wins."""
    known: dict[str, Any] = {}
    for key, value in record.items():
        name = field_of(str(key))
        if name and value is not None and value != "" and value != []:
            known.setdefault(name, value)
    return known


def turn_of(known: Mapping[str, Any], file: str, line: int, inherited: Mapping[str, Any] | None = None) -> tuple[Turn | None, list[Told]]:
    """The turn that the fields (see ``fields_of``) describe, and what is wrong with them.

    An empty question is wrong, except where the set says that it cannot be answered: then that is what is tested.
    """
    known = {**{k: v for k, v in (inherited or {}).items() if k in ("language", "kind", "type", "as_of", "scope")}, **known}
    wrong: list[Told] = []
    question = known.get("question")
    if not isinstance(question, str) or not (question.strip() or (question and _stated_unanswerable(known))):
        return None, [("没有问题，或问题是空的", "the question is missing or empty")]
    document = _name(known.get("document"))
    needs, also = _needs(known, document, wrong)
    accepted = _accepted(known, wrong)
    kind = _kind(known, bool(needs), accepted, wrong)
    if kind == "premise":
        needs = _alternatives(known.get("correct_quote"), document, wrong) or needs
        if not needs:
            wrong.append(("要求更正前提，但没有 correct_quote", "the premise is to be corrected, but there is no correct_quote"))
    if kind == "unanswerable":
        needs, also = (), ()
        accepted = accepted or ACCEPTED["refuse"]
    turn = Turn(
        question=question.strip() or question,
        kind=kind,
        needs=needs,
        also=also,
        strings=tuple(_texts(known.get("strings"), "strings", wrong)),
        reference=_reference(known.get("reference"), wrong),
        accepted=accepted if kind == "unanswerable" else frozenset(),
        validity=_validity(known, wrong),
        scope=tuple(_texts(known.get("scope"), "scope", wrong)),
        as_of=_day(known.get("as_of"), wrong),
        language=str(known.get("language") or ("zh" if _HAN.search(question) else "en")),
        category=str(known.get("kind") or known.get("type") or ""),
        file=file,
        line=line,
    )
    return turn, wrong


def _stated_unanswerable(known: Mapping[str, Any]) -> bool:
    return "accepted" in known or _yes_no(known.get("answerable"), []) is False or _yes_no(known.get("impossible"), []) is True


def _name(value: Any) -> str | None:
    return str(value).strip() or None if isinstance(value, str | int) else None


def _kind(known: Mapping[str, Any], evidence: bool, accepted: frozenset[str], wrong: list[Told]) -> Kind:
    """What the record says of itself; evidence or an expected answer make a question answerable."""
    if "correct_premise" in _plain_texts(known.get("accepted")):
        return "premise"
    stated = _yes_no(known.get("answerable"), wrong)
    if stated is None and "impossible" in known:
        impossible = _yes_no(known["impossible"], wrong)
        stated = None if impossible is None else not impossible
    if stated is None and (accepted or str(known.get("type")) == "unanswerable"):
        stated = False
    if stated is None:
        stated = evidence or "reference" in known or "strings" in known
        if not stated:
            wrong.append(("既没有依据或答案，也没有注明不可答", "neither evidence nor answer, nor said to be unanswerable"))
    if stated and not (evidence or "reference" in known or "strings" in known):
        wrong.append(("可答的问题没有依据或答案", "an answerable question without evidence or answer"))
    if not stated and evidence and _yes_no(known.get("answerable"), []) is False:
        wrong.append(("注明不可答，却给了依据", "said to be unanswerable, yet evidence is given"))
    return "answerable" if stated else "unanswerable"


def _yes_no(value: Any, wrong: list[Told]) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _YES | _NO:
        wrong.append((f"“是否可答”应是 是 或 否，不是 {value!r}", f"answerable must be 是 or 否, yes or no, not {value!r}"))
        return None
    return word in _YES


def _needs(known: Mapping[str, Any], document: str | None, wrong: list[Told]) -> tuple[tuple[tuple[Gold, ...], ...], tuple[Gold, ...]]:
    """Required groups of alternatives, and what is merely acceptable.

    A list of golds: each ``must`` is a need of its own, those with the same ``group`` are alternatives, a list within
    the list as well; ``may`` is acceptable. Where nothing is required, any acceptable one is.
    """
    entries = known.get("gold", [])
    groups: dict[object, list[Gold]] = {}
    also: list[Gold] = []
    for n, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        alternatives = entry if isinstance(entry, list) else [entry]
        for one in alternatives:
            gold = _gold(one, document, wrong)
            if gold is None:
                continue
            role = one.get("role", "must") if isinstance(one, dict) else "must"
            if role not in ("must", "may"):
                wrong.append((f"role 应为 must 或 may，不是 {role!r}", f"role must be must or may, not {role!r}"))
            elif role == "may":
                also.append(gold)
            else:
                key = one.get("group", ("at", n)) if isinstance(one, dict) else ("at", n)
                groups.setdefault(str(key), []).append(gold)
    for passage in _texts(known.get("passages"), "reference_contexts", wrong):
        groups[f"passage {len(groups)}"] = [Gold(passage, document, "passage")]
    also += [gold for need in _alternatives(known.get("also"), document, wrong) for gold in need]
    if also and not groups:
        return (tuple(also),), ()
    return tuple(tuple(group) for group in groups.values()), tuple(also)


def _alternatives(entries: Any, document: str | None, wrong: list[Told]) -> tuple[tuple[Gold, ...], ...]:
    """One need that any of the entries meets."""
    found = [_gold(entry, document, wrong) for entry in (entries if isinstance(entries, list) else [entries]) if entry]
    golds = tuple(gold for gold in found if gold)
    return (golds,) if golds else ()


def _gold(entry: Any, document: str | None, wrong: list[Told]) -> Gold | None:
    if isinstance(entry, str):
        entry = {"quote": entry}
    if not isinstance(entry, dict):
        wrong.append((f"依据应是文字或对象，不是 {entry!r}", f"evidence must be a text or an object, not {entry!r}"))
        return None
    named = _name(entry.get("doc", entry.get("document", entry.get("source")))) or document
    text = entry.get("quote", entry.get("text"))
    if text is None and named and ("clause" in entry or len(entry) <= 3):
        return Gold(None, _name(entry.get("clause")) or named, "passage")
    if not isinstance(text, str) or not text.strip():
        wrong.append(("依据是空的", "the evidence is empty"))
        return None
    return Gold(text, named)


def _texts(value: Any, name: str, wrong: list[Told]) -> list[str]:
    """A list of texts; one text may hold several, separated by 、； ; or |, where the field is a list of words."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[、；;|\n]" if name != "reference_contexts" else r"\n{2,}", value) if part.strip()]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [item for item in value if item.strip()]
    wrong.append((f"{name} 应是文字列表", f"{name} must be a list of texts"))
    return []


def _plain_texts(value: Any) -> list[str]:
    return [value.strip()] if isinstance(value, str) else [str(item) for item in value] if isinstance(value, list) else []


def _reference(value: Any, wrong: list[Told]) -> str | None:
    if isinstance(value, int | float):
        value = str(value)
    if value is None or isinstance(value, str):
        return value
    texts = _texts(value, "reference", wrong)
    return "\n".join(texts) or None


def _accepted(known: Mapping[str, Any], wrong: list[Told]) -> frozenset[str]:
    accepted: frozenset[str] = frozenset()
    for word in _plain_texts(known.get("accepted")) + _plain_texts(known.get("also_accepted")):
        if word in ACCEPTED:
            accepted |= ACCEPTED[word]
        elif word != "correct_premise":
            wrong.append(
                (
                    f"acceptable 应为 {'、'.join(ACCEPTED)}、correct_premise 之一，不是 {word!r}",
                    f"acceptable must be one of {', '.join(ACCEPTED)}, correct_premise, not {word!r}",
                )
            )
    return accepted


def _validity(known: Mapping[str, Any], wrong: list[Told]) -> frozenset[str]:
    words = frozenset(_plain_texts(known.get("validity")) + _plain_texts(known.get("also_validity")))
    if words - VALIDITY:
        unknown = sorted(words - VALIDITY)
        wrong.append(
            (
                f"效力应为 {'、'.join(sorted(VALIDITY))} 之一，不是 {'、'.join(unknown)}",
                f"validity must be one of {', '.join(sorted(VALIDITY))}, not {', '.join(unknown)}",
            )
        )
    return words & VALIDITY


def _day(value: Any, wrong: list[Told]) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    if value is None or isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value).strip())
    except ValueError:
        wrong.append((f"日期应写成 YYYY-MM-DD，不是 {value!r}", f"a date is written YYYY-MM-DD, not {value!r}"))
        return None
