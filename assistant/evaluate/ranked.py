"""BEIR folders and TREC qrels: questions whose evidence is a list of judged documents or clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.evaluate.fields import turn_of
from assistant.evaluate.files import Records, decoded, json_lines
from assistant.evaluate.records import Case, Fault, Gold, Text, Turn

Found = tuple[list[Case], list[Text], list[Fault]]
Judgements = dict[str, "Judged"]


@dataclass(slots=True)
class Judged:
    """A judged query: the line that it is first named on, and its relevant documents with theirs."""

    line: int
    relevant: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def read_beir(folder: Path) -> Found:
    """corpus.jsonl, queries.jsonl and qrels (qrels.tsv, or qrels/test.tsv before dev and train)."""
    faults: list[Fault] = []
    texts = []
    for line, entry in _jsonl(folder / "corpus.jsonl", faults):
        name = entry.get("_id", entry.get("id"))
        if name is None or not str(entry.get("text", "")).strip():
            faults.append(Fault("corpus.jsonl", line, "没有 _id 或 text", "without _id or text"))
        else:
            texts.append(Text(str(name), str(entry["text"]), str(entry.get("title") or "") or None))
    asked = _queries_jsonl(folder / "queries.jsonl", faults)
    places = [folder / "qrels.tsv", folder / "qrels" / "test.tsv", folder / "qrels" / "dev.tsv", folder / "qrels" / "train.tsv"]
    qrels = next((place for place in places if place.is_file()), None)
    if qrels is None:
        return [], texts, [*faults, Fault(folder.name, 1, "没有 qrels.tsv 或 qrels/test.tsv", "neither qrels.tsv nor qrels/test.tsv")]
    judged = read_qrels(qrels, faults)
    known = {text.name for text in texts}
    for query, found in judged.items():
        missing = [(name, line) for name, line in found.relevant.items() if name not in known]
        faults += [
            Fault(qrels.name, line, f"corpus.jsonl 中没有：{name}（{query}）", f"not in corpus.jsonl: {name} ({query})")
            for name, line in missing
        ]
    return _cases(asked, judged, "queries.jsonl", qrels.name, faults), texts, faults


def read_trec(file: Path) -> Found:
    """Qrels (query 0 document relevance) with queries.jsonl, queries.tsv, topics.tsv or topics.txt in the same folder."""
    faults: list[Fault] = []
    judged = read_qrels(file, faults)
    for name in ("queries.jsonl", "queries.tsv", "topics.tsv", "topics.txt"):
        beside = file.with_name(name)
        if beside.is_file():
            asked = _queries_jsonl(beside, faults) if name.endswith("jsonl") else _queries_text(beside, faults)
            return _cases(asked, judged, name, file.name, faults), [], faults
    faults.append(
        Fault(file.name, 1, "旁边没有 queries.jsonl、queries.tsv 或 topics.txt", "no queries.jsonl, queries.tsv or topics.txt beside it")
    )
    return [], [], faults


def read_qrels(file: Path, faults: list[Fault]) -> Judgements:
    """Query → its relevant documents. Three columns (BEIR, with a heading line) or TREC's four."""
    judged: Judgements = {}
    for line, text in enumerate(_text(file, faults).splitlines(), 1):
        parts = text.split("\t") if "\t" in text else text.split()
        if not parts or (line == 1 and not re.fullmatch(r"-?\d+", parts[-1].strip())):
            continue
        if len(parts) not in (3, 4) or not re.fullmatch(r"-?\d+", parts[-1].strip()):
            faults.append(Fault(file.name, line, "应为“问题 0 文件 相关度”", "must be: query 0 document relevance"))
            continue
        query, document, relevance = parts[0].strip(), parts[-2].strip(), int(parts[-1])
        entry = judged.setdefault(query, Judged(line))
        if document in entry.seen:
            faults.append(Fault(file.name, line, f"重复判定：{query} {document}", f"judged twice: {query} {document}"))
        elif relevance > 0:
            entry.relevant[document] = line
        entry.seen.add(document)
    return judged


def _jsonl(file: Path, faults: list[Fault]) -> Records:
    records, wrong = json_lines(file)
    faults += wrong
    return records


def _text(file: Path, faults: list[Fault]) -> str:
    text, wrong = decoded(file)
    faults += wrong
    return text


Asked = list[tuple[int, str, str]]


def _queries_jsonl(file: Path, faults: list[Fault]) -> Asked:
    return [
        (line, str(entry.get("_id", entry.get("id", f"line-{line}"))), str(entry.get("text") or entry.get("question") or ""))
        for line, entry in _jsonl(file, faults)
    ]


def _queries_text(file: Path, faults: list[Fault]) -> Asked:
    """Lines ``id<TAB>question``, or TREC topics with <num> and <title>."""
    text = _text(file, faults)
    if "<top>" in text:
        found = []
        for topic in re.finditer(r"<top>(.*?)</top>", text, re.S):
            line = text.count("\n", 0, topic.start()) + 1
            number = re.search(r"<num>\s*(?:Number:)?\s*(\S+?)\s*(?:</num>|\s*\n|<)", topic[1])
            title = re.search(r"<title>\s*(.*?)\s*(?:</title>|\n\s*<|\Z)", topic[1], re.S)
            if number and title:
                found.append((line, number[1], title[1]))
            else:
                faults.append(Fault(file.name, line, "没有 <num> 或 <title>", "without <num> or <title>"))
        return found
    found = []
    for line, row in enumerate(text.splitlines(), 1):
        name, tab, question = row.partition("\t")
        if row.strip() and not tab:
            faults.append(Fault(file.name, line, "应为“编号<TAB>问题”", "must be: id<TAB>question"))
        elif row.strip():
            found.append((line, name.strip(), question))
    return found


def _cases(asked: Asked, judged: Judgements, queries: str, qrels: str, faults: list[Fault]) -> list[Case]:
    """The judged queries; a query judged to have no relevant document is unanswerable."""
    cases = []
    for line, name, question in asked:
        if name not in judged:
            continue
        needs = [[{"doc": document}] for document in judged[name].relevant]
        turn, wrong = turn_of({"question": question, "answerable": bool(needs)} | ({"gold": needs} if needs else {}), queries, line)
        faults += [Fault(queries, line, *told) for told in wrong]
        if turn:
            cases.append(Case(name, (_as_passages(turn),)))
    names = {name for _, name, _ in asked}
    faults += [
        Fault(qrels, entry.line, f"没有这个问题：{name}", f"no such query: {name}") for name, entry in judged.items() if name not in names
    ]
    return cases


def _as_passages(turn: Turn) -> Turn:
    needs = tuple(tuple(Gold(None, gold.document, "passage") for gold in need) for need in turn.needs)
    return replace(turn, needs=needs)
