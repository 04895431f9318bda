"""A stand-in for the assistant with its shape, answering from the real seeds: quotes have true offsets."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.read import parse  # noqa: E402
from index.records import Document, Hit, InputError, Quote  # noqa: E402
from index.sentences import sentences  # noqa: E402

FACTS: list[dict[str, Any]] = [
    {"file": "000_beijing-goods-trade-2020.txt", "title": "北京市商务局关于外贸领域防疫情稳运行若干措施的通知",
     "number": "京商外运字〔2020〕6号", "issuer": "北京市商务局", "region": "北京", "issued": "2020-02-13"},
    {"file": "001_beijing-services-trade-2020.txt", "title": "北京市商务局关于印发《服务贸易领域防疫情稳运行若干措施》的通知",
     "number": "京商服贸字〔2020〕15号", "issuer": "北京市商务局", "region": "北京", "issued": "2020-02-20"},
    {"file": "002_chongqing-foreign-trade-draft.txt", "title": "关于推动外贸保稳提质的实施意见",
     "region": "重庆", "status": "draft"},
    {"file": "003_weihai-foreign-trade.txt", "title": "威海市关于进一步做好稳外贸工作的若干措施", "region": "威海"},
    {"file": "004_state-council-2020-28.txt", "title": "国务院办公厅关于推进对外贸易创新发展的实施意见",
     "region": "全国", "status": "abridged"},
]  # fmt: skip

# name: (document, clause starts with, next clause starts with, quoted, number, heading, section, responsible)
QUOTES: dict[str, tuple[int, str, str, str, str | None, str | None, str | None, list[str] | None]] = {
    "重庆信保": (2, "（六）进一步", "（七）进一步", "对小微外贸企业投保短期出口信用保险给予保费100%补贴", "（六）",
             "进一步加大出口信用保险支持", "二、加大财税金融支持力度",
             ["市商务委", "市金融监管局", "重庆银保监局", "中国信保重庆分公司"]),
    "重庆门槛": (2, "（六）进一步", "（七）进一步", "2022年支持一般贸易出口不低于70亿美元", "（六）",
             "进一步加大出口信用保险支持", "二、加大财税金融支持力度",
             ["市商务委", "市金融监管局", "重庆银保监局", "中国信保重庆分公司"]),
    "重庆退税": (2, "（五）进一步加大出口退税", "（六）进一步",
             "税务部门办理一类、二类出口企业正常出口退税平均时间压缩在3个工作日内", "（五）", "进一步加大出口退税支持",
             "二、加大财税金融支持力度", ["重庆市税务局"]),
    "威海信保": (3, "十三、加大对出口信保", "十四、",
             "对小微外贸企业在省出口信用保险统保平台项下，投保短期出口信用保险保费给予全额支持", "十三、",
             "加大对出口信保的支持力度", None, ["市商务局", "中国信保威海办事处"]),
    "威海退税": (3, "十一、加快出口退税", "十二、", "执行一类出口企业和新旧动能转换企业2个工作日", "十一、",
             "加快出口退税速度", None, ["市税务局", "人民银行威海市中心支行"]),
    "北京推广": (0, "(五)加大开拓", "(六)", "单个推广项目费用按照50%比例予以支持，支持上限为5万元", "(五)",
             "加大开拓国际市场支持力度", None, None),
    "国务院信保": (4, "中国出口信用保险公司在风险可控", "（财政部、商务部、银保监会",
              "积极保障出运前订单被取消的风险", None, None, None, None),
}  # fmt: skip

VALIDITY: dict[int, dict[str, Any]] = {
    0: {"status": "expired", "from": None, "until": "2020-12-31", "basis": "有效期至2020年12月31日"},
    2: {"status": "draft", "from": None, "until": None, "basis": "（征求意见稿）"},
}
NOT_STATED = {"status": "not_stated", "from": None, "until": None, "basis": None}


def documents() -> list[Document]:
    found = []
    for facts in FACTS:
        facts = dict(facts)
        source = f"seeds/{facts.pop('file')}"
        text = (ROOT / source).read_bytes().decode("utf-8")
        parts = parse(text, source, source[6:9]).parts
        found.append(Document(id=source[6:9], source=source, text=text, parts=parts, **facts))
    return found


@dataclass
class FakeAnswer:
    answer: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.answer


@dataclass
class FakeAssistant:
    documents: list[Document] = field(default_factory=documents)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def ask(
        self,
        question: str,
        earlier: Sequence[str] = (),
        *,
        region: str | None = None,
        as_of: date | None = None,
    ) -> FakeAnswer:
        self.asked.append({"question": question, "earlier": list(earlier), "region": region})
        if len(question) > 2000:
            raise InputError(f"问题太长（{len(question)} 字），请缩短到 2000 字以内。")
        if "崩溃" in question:
            raise RuntimeError("secret detail of the core")
        if "慢" in question:
            time.sleep(1.5)
        written = "en" if re.match(r"[\x00-\x7f]+$", question) else "zh"
        if "刚才" in question:
            told = "、".join(earlier) or "还没有问过"
            return FakeAnswer(self._made(question, written, "chat", f"之前的问题：{told}"))
        return FakeAnswer(self._answer(question, written, region))

    def search(self, query: str, k: int = 10, *, region: str | None = None) -> list[Hit]:
        """Sentences that hold words of the query, those with more of them first."""
        found = []
        for document in self.documents:
            for part, span in sentences(document) if region in (None, document.region) else ():
                share = sum(word in span.of(document.text) for word in query.split()) / max(1, len(query.split()))
                if share:
                    found.append(Hit(Quote(document, part, span.start, span.end, share), share))
        return sorted(found, key=lambda hit: -hit.score)[:k]

    def _answer(self, question: str, language: str, region: str | None) -> dict[str, Any]:
        english = language == "en"
        if "你好" in question:
            return self._made(question, language, "chat", "您好！请问您想了解哪项外贸政策？")
        if question.startswith("上限"):
            choices = ["北京线上推广支持的上限是多少？", "重庆医药企业开拓国际市场奖励的上限是多少？"]
            return self._made(question, language, "clarify", "您想问哪一项政策的上限？", follow_ups=choices)
        if "展位费" in question:
            text = "文件提到威海“继续实施展位费补贴”，但**没有写明**补贴的比例和最高限额。"
            return self._made(question, language, "not_found", text, related=["威海信保"])
        if "退税" in question or "refund" in question:
            return self._compared(question, language)
        if "推广" in question or "promotion" in question:
            text = "按**50%**比例支持，单个项目上限**5万元** [1]。" if not english else (
                "**50%** of the cost of a promotion project, at most **CNY 50,000** [1].")  # fmt: skip
            notices = ["这份文件已于 2020-12-31 到期。" if not english else "This document expired on 2020-12-31."]
            return self._made(question, language, "answered", text, ["北京推广"], notices=notices)
        if "信保" in question or "保险" in question or "insurance" in question:
            return self._insurance(question, language, region)
        return self._made(question, language, "not_found", "五份文件都没有写明这一点。")

    def _insurance(self, question: str, language: str, region: str | None) -> dict[str, Any]:
        names = ["重庆信保", "威海信保", "重庆门槛", "国务院信保"]
        names = [name for name in names if region in (None, FACTS[QUOTES[name][0]]["region"])]
        zh = "两地写明了对小微外贸企业的保费支持：\n\n- **重庆**：给予保费100%补贴 [1]\n- **威海**：保费给予全额支持 [2]"
        en = ("Two places state premium support for small exporters:\n\n- **Chongqing**: 100% of the premium [1]\n"
              "- **Weihai**: the premium in full [2]")  # fmt: skip
        notice = (
            "重庆的文件是征求意见稿，尚未正式生效。",
            "The Chongqing document is a draft and not in force.",
        )
        follow_ups = ["威海出口信保哪些部门负责？", "重庆和威海退税谁更快？"]
        english = language == "en"
        return self._made(
            question, language, "answered", en if english else zh, names,
            notices=[notice[english]], follow_ups=follow_ups,
        )  # fmt: skip

    def _compared(self, question: str, language: str) -> dict[str, Any]:
        cells = [
            ("重庆", "3个工作日内", "一类、二类出口企业", 0),
            ("威海", "2个工作日", "一类出口企业和新旧动能转换企业", 1),
        ]
        rows = [
            {
                "region": place,
                "cells": [
                    {"text": days, "quote": at},
                    {"text": who, "quote": at},
                    {"text": None, "quote": None},
                ],
            }
            for place, days, who, at in cells
        ]
        table = {"columns": ["办理时间", "对象", "起算日"], "rows": rows}
        text = "**威海**写的时间更短：2个工作日 [2]，重庆为3个工作日内 [1]。"
        if language == "en":
            text = "**Weihai** states the shorter time: 2 working days [2], Chongqing 3 [1]."
        return self._made(question, language, "answered", text, ["重庆退税", "威海退税"], comparison=table)

    def _made(
        self, question: str, language: str, status: str, text: str,
        quotes: Sequence[str] = (), related: Sequence[str] = (), **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        answer = {
            "question": question, "standalone_question": question, "language": language, "status": status,
            "text": text, "confidence": 0.93, "quotes": [self.quote(name) for name in quotes],
            "related": [self.quote(name) for name in related], "notices": [], "comparison": None,
            "follow_ups": [], "as_of": "2026-11-20", "timings_ms": {"total": 4.6},
        }  # fmt: skip
        return {**answer, **more}

    def quote(self, name: str) -> dict[str, Any]:
        number, first, after, quoted, printed, heading, section, responsible = QUOTES[name]
        document = self.documents[number]
        begin = document.text.index(first)
        end = document.text.index(after, begin + 1)
        start = document.text.index(quoted, begin)
        return {
            "text": quoted, "source": document.source, "start": start, "end": start + len(quoted),
            "document": {
                "id": document.id, "title": document.title, "number": document.number, "issuer": document.issuer,
                "region": document.region, "issued": document.issued, "status": document.status,
            },
            "clause": {
                "id": f"{document.id}/{printed}", "number": printed, "heading": heading, "section": section,
                "start": begin, "end": end, "responsible": responsible,
            },
            "validity": VALIDITY.get(number, NOT_STATED), "figures": [], "score": 0.97,
        }  # fmt: skip


if __name__ == "__main__":  # the page over this stand-in, for the browser tests and for looking at it
    import logging

    import app

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    from assistant.settings import Settings

    port, folder = int(sys.argv[1]) if sys.argv[1:] else 7860, sys.argv[2] if sys.argv[2:] else tempfile.mkdtemp()
    sys.exit(app.serve(FakeAssistant(), "127.0.0.1", port, Settings(data=Path(folder))))
