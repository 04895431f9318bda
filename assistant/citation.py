"""Citations, answers as plain text, and the words of the files that are taken along. Works on the public JSON form of an Answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from index.text import one_line

Json = Mapping[str, Any]
Language = Literal["zh", "en"]

# key: (Chinese, English)
WORDS = {
    "title": ("外贸政策问答记录", "Trade policy questions and answers"),
    "as_of": ("有效性按 {day} 判断；引文逐字摘自所列文件。", "Validity judged as of {day}; quotes are verbatim from the documents named."),
    "question": ("问题", "Question"),
    "answer": ("回答", "Answer"),
    "notices": ("请注意", "Please note"),
    "quotes": ("原文依据", "Source text"),
    "related": ("相关条款（并未回答该问题）", "Related clauses (they do not answer the question)"),
    "citation": ("引文出处", "Citations"),
    "status": ("结果", "Result"),
    "confidence": ("把握程度", "Confidence"),
    "region": ("地区", "Region"),
    "kind": ("类别", "Kind"),
    "figure": ("数字", "Figure"),
    "whom": ("对象", "For whom"),
    "sentence": ("原文", "Sentence"),
    "document": ("文件", "Document"),
    "number": ("文号", "Document no."),
    "clause": ("条款", "Clause"),
    "source": ("原文位置", "Place in the file"),
    "rate": ("比例", "Rate"),
    "sum": ("金额", "Sum"),
    "cap": ("上限", "Cap"),
    "deadline": ("期限", "Time"),
    "count": ("数量", "Count"),
    "answered": ("已回答", "answered"),
    "not_found": ("文件未写明", "not stated"),
    "clarify": ("需要补充", "more detail needed"),
    "chat": ("非政策问题", "no policy question"),
    "failed": ("未能处理", "failed"),
    "empty": ("没有问题", "no question"),
}


def word(key: str, language: Language = "zh") -> str:
    """A word of the exported files."""
    return WORDS[key][language == "en"]


def citation(quote: Json) -> str:
    """《title》（文号）第（六）条：“…”. What the document does not state is left out; the quoted text is verbatim."""
    text = one_line(quote["text"]).strip()
    return f"{place(quote)}：“{text}”"


def place(quote: Json) -> str:
    """《title》（文号）第（六）条, without the quoted text."""
    document = quote["document"]
    number = f"（{one_line(document['number'])}）" if document.get("number") else ""
    draft = "（征求意见稿）" if document.get("status") == "draft" and "征求意见" not in (document.get("title") or "") else ""
    return f"《{_inner(document.get('title') or quote['source'])}》{draft}{number}{clause_name(quote['clause'].get('number'))}"


def clause_name(number: str | None) -> str:
    """第（六）条 of "（六）", 第十四条 of "十四、", 第三条 of itself; empty without a number."""
    bare = re.sub(r"[、.．。:：\s]+$", "", number or "")
    if not bare or bare.startswith("第"):
        return bare
    return f"第{bare}条"


def _inner(title: str) -> str:
    """A title between 《》: book marks inside it become 〈〉, as GB/T 15834 has it."""
    whole = "".join(title.split())
    if whole.startswith("《") and whole.endswith("》") and whole.count("《") == 1:
        whole = whole[1:-1]
    return whole.replace("《", "〈").replace("》", "〉")


def answer_text(answer: Json, language: Language = "zh") -> str:
    """One answer as plain text to paste: what was said, its notices, its citations."""
    lines = [plain_text(answer["text"])]
    lines += [f"※ {notice}" for notice in answer.get("notices") or ()]
    lines += _table_lines(answer.get("comparison"), language)
    lines += [f"[{n}] {citation(quote)}" for n, quote in enumerate(answer["quotes"], 1)]
    return "\n".join(line for line in lines if line)


def plain_text(markdown: str) -> str:
    """The lead text without its Markdown signs."""
    return re.sub(r"\\([\\*_\[\]])", r"\1", markdown.replace("**", "")).strip()


def _table_lines(table: Json | None, language: Language) -> list[str]:
    return [" | ".join(cells) for cells in table_of(table, language)]


def table_of(table: Json | None, language: Language) -> list[list[str]]:
    """A comparison as rows of texts, its head first."""
    if not table or not table.get("rows"):
        return []
    columns = list(table["columns"])
    rows = [[row["region"], *(_cell(cell) for cell in row["cells"])] for row in table["rows"]]
    if len(columns) < len(rows[0]):
        columns.insert(0, word("region", language))
    return [columns, *rows]


def _cell(cell: Json) -> str:
    number = cell.get("quote")
    return f"{cell.get('text') or '—'}{f' [{number + 1}]' if isinstance(number, int) else ''}"
