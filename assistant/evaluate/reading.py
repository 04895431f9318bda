"""SQuAD 2.0 and CMRC 2018 (in SQuAD's form or its own): questions on paragraphs, with answer spans."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from assistant.evaluate.fields import turn_of
from assistant.evaluate.records import Case, Fault, Gold, Text, Told, Turn


def is_reading_set(whole: Any) -> bool:
    """True for {"data": [{"paragraphs": …}]} and for a list with context_text."""
    if isinstance(whole, dict):
        return isinstance(whole.get("data"), list)
    return isinstance(whole, list) and bool(whole) and isinstance(whole[0], dict) and "context_text" in whole[0]


def read(whole: Any, text: str, file: str) -> tuple[list[Case], list[Text], list[Fault]]:
    """The questions, the paragraphs as texts of their own, and the faults."""
    cases: list[Case] = []
    texts: list[Text] = []
    faults: list[Fault] = []
    lines = Lines(text)
    for number, (title, context, questions) in enumerate(_paragraphs(whole, faults, file), 1):
        name = f"paragraph-{number:05d}"
        texts.append(Text(name, context, title))
        for entry in questions:
            identity = str(entry.get("id", entry.get("query_id", f"question-{len(cases) + 1}")))
            line = lines.of(identity)
            turn, wrong = _turn(entry, context, name, file, line)
            faults += [Fault(file, line, f"{identity}：{zh}", f"{identity}: {en}") for zh, en in wrong]
            if turn:
                cases.append(Case(identity, (turn,)))
    if not texts and not faults:
        faults.append(Fault(file, 1, "没有段落", "no paragraphs"))
    return cases, texts, faults


def _paragraphs(whole: Any, faults: list[Fault], file: str) -> Iterator[tuple[str | None, str, list[dict[str, Any]]]]:
    articles = whole["data"] if isinstance(whole, dict) else [{"title": p.get("title"), "paragraphs": [p]} for p in whole]
    for n, article in enumerate(articles):
        paragraphs = article.get("paragraphs") if isinstance(article, dict) else None
        if not isinstance(paragraphs, list):
            faults.append(Fault(file, 1, f"data[{n}] 没有 paragraphs", f"data[{n}] is without paragraphs"))
            continue
        for m, paragraph in enumerate(paragraphs):
            context = paragraph.get("context", paragraph.get("context_text")) if isinstance(paragraph, dict) else None
            questions = paragraph.get("qas") if isinstance(paragraph, dict) else None
            if not isinstance(context, str) or not context.strip() or not isinstance(questions, list):
                faults.append(
                    Fault(file, 1, f"data[{n}].paragraphs[{m}] 没有 context 或 qas", f"data[{n}].paragraphs[{m}] is without context or qas")
                )
                continue
            yield article.get("title"), context, [entry for entry in questions if isinstance(entry, dict)]


def _turn(entry: dict[str, Any], context: str, name: str, file: str, line: int) -> tuple[Turn | None, list[Told]]:
    from dataclasses import replace

    answers = _answers(entry.get("answers") or [])
    impossible = bool(entry.get("is_impossible"))
    known = {"question": entry.get("question", entry.get("query_text")), "answerable": not impossible}
    golds: list[Gold] = []
    wrong: list[Told] = []
    for answer in [] if impossible else answers:
        given = answer if isinstance(answer, dict) else {"text": answer}
        text, start = given.get("text"), given.get("answer_start")
        if not isinstance(text, str) or not text:
            wrong.append(("答案是空的", "an answer is empty"))
        elif isinstance(start, int) and start >= 0 and context[start : start + len(text)] != text:
            wrong.append(
                (f"answer_start {start} 处不是该答案：{text[:30]}", f"the answer does not stand at answer_start {start}: {text[:30]}")
            )
        elif text not in context:
            wrong.append((f"段落中没有该答案：{text[:30]}", f"the answer is not in its paragraph: {text[:30]}"))
        else:
            golds.append(Gold(text, name, "span", context, start if isinstance(start, int) and start >= 0 else context.index(text)))
    if golds:
        known["gold"] = [gold.text for gold in golds]
    turn, more = turn_of(known, file, line)
    if turn and golds:
        turn = replace(turn, needs=(tuple(dict.fromkeys(golds)),), strings=())
    return turn, wrong + ([] if wrong and not golds else more)


def _answers(given: Any) -> list[Any]:
    """The answers as a list; some libraries write SQuAD's in columns, ``{"text": [...], "answer_start": [...]}``."""
    if isinstance(given, dict) and isinstance(given.get("text"), list):
        starts = given.get("answer_start") or [None] * len(given["text"])
        return [{"text": text, "answer_start": start} for text, start in zip(given["text"], starts, strict=False)]
    return given if isinstance(given, list) else [given]


class Lines:
    """Line numbers of ids in the text of a JSON file, asked for in order."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def of(self, identity: str) -> int:
        """The line of the next place where the id stands as a JSON value; the last one known where it does not."""
        places = [self._text.find(json.dumps(identity, ensure_ascii=plain), self._at) for plain in (False, True)]
        found = [place for place in places if place >= 0]
        if found:
            self._line += self._text.count("\n", self._at, min(found))
            self._at = min(found)
        return self._line


def line_numbers(text: str, records: list[Any]) -> list[int]:
    """The line on which each object of a JSON list begins."""
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    numbers = []
    for _ in records:
        at = text.index("{", at)
        numbers.append(text.count("\n", 0, at) + 1)
        at = decoder.raw_decode(text, at)[1]
    return numbers
