"""What is measured: every metric with its name, definition and direction, in both languages.

Every figure of a question is a numerator and a denominator; a set's figure is the sum of the numerators over the sum
of the denominators. A denominator is fixed by the set alone: an unanswered or failed question stays in it and counts
as an answer that shows nothing (see each definition). Only ``quote.exact`` counts quotes; all else counts questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its definition. ``guarded``: a fall beyond the tolerance is a regression."""

    name: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    better: Literal["higher", "lower"] = "higher"
    guarded: bool = True
    unit: Literal["share", "ms", "score"] = "share"


def _rank_metrics() -> list[Metric]:
    found = []
    for level, zh, en in (("clause", "条款", "clause"), ("sentence", "句子", "sentence")):
        for k in (1, 3, 5, 10):
            found.append(
                Metric(
                    f"{level}.hit@{k}",
                    f"{zh}命中@{k}",
                    f"{en} hit@{k}",
                    f"检索结果前 {k} 个{zh}中至少有一个是依据（必需或可接受）的题数 ÷ 有依据的题数。ir-measures Success@{k}。没有结果或运行失败记 0。",
                    f"Questions with any evidence (required or acceptable) among the first {k} retrieved {en}s ÷ questions with evidence. ir-measures Success@{k}. No result or a failure counts 0.",
                )
            )
        for k in (5, 10):
            found.append(
                Metric(
                    f"{level}.recall@{k}",
                    f"{zh}召回@{k}",
                    f"{en} recall@{k}",
                    f"每题：前 {k} 个{zh}覆盖的必需依据数 ÷ 必需依据数；对有依据的题取平均。ir-measures R@{k}。没有结果记 0。",
                    f"Per question: required pieces of evidence met by the first {k} {en}s ÷ required pieces; mean over questions with evidence. ir-measures R@{k}. No result counts 0.",
                )
            )
        found.append(
            Metric(
                f"{level}.mrr",
                f"{zh} MRR",
                f"{en} MRR",
                f"第一个依据{zh}名次的倒数，对有依据的题取平均；检索深度内没有则记 0。ir-measures RR。",
                f"Reciprocal rank of the first {en} with evidence, mean over questions with evidence; 0 where none is within the depth searched. ir-measures RR.",
                unit="score",
            )
        )
        found.append(
            Metric(
                f"{level}.ndcg@10",
                f"{zh} nDCG@10",
                f"{en} nDCG@10",
                "必需依据增益 2、可接受依据增益 1 的 nDCG@10，对有依据的题取平均；没有结果记 0。ir-measures nDCG@10。",
                "nDCG@10 with gain 2 for required and 1 for acceptable evidence, mean over questions with evidence; no result counts 0. ir-measures nDCG@10.",
                unit="score",
            )
        )
    return found


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in [
        Metric(
            "right",
            "答对",
            "right answers",
            "答对的题数 ÷ 全部题数。可答题：作出回答且引文覆盖至少一项必需依据；不可答题：答复状态为可接受的拒答；错误前提题：前三条引文中有更正前提的条款。失败记为错。",
            "Right answers ÷ all questions. Answerable: answered, and the quotes meet at least one required piece; unanswerable: an accepted kind of refusal; false premise: the correcting clause among the first three quotes. A failure is wrong.",
        ),
        Metric(
            "failed",
            "运行失败",
            "failures",
            "程序出错、没有得到答复的题数 ÷ 全部题数。",
            "Questions that raised an error and got no answer ÷ all questions.",
            "lower",
        ),
        Metric(
            "quote@1",
            "首条引文正确",
            "quote@1",
            "第一条引文是依据（必需或可接受）的题数 ÷ 有依据的可答题数。与依据重叠至少达其字数一半才算；没有引文记 0。",
            "Answerable questions whose first quote is evidence (required or acceptable) ÷ answerable questions with evidence. A quote must overlap at least half of the gold's characters; no quote counts 0.",
        ),
        Metric(
            "quote@3",
            "前三条引文命中",
            "quote@3",
            "前三条引文覆盖至少一项必需依据的题数 ÷ 有依据的可答题数。没有引文记 0。",
            "Answerable questions with a required piece among the first three quotes ÷ answerable questions with evidence. No quote counts 0.",
        ),
        Metric(
            "quote.recall",
            "引文召回",
            "quote recall",
            "每题：引文覆盖的必需依据数 ÷ 必需依据数；对有依据的可答题取平均。未作答记 0。",
            "Per question: required pieces that the quotes meet ÷ required pieces; mean over answerable questions with evidence. Unanswered counts 0.",
        ),
        Metric(
            "quote.complete",
            "依据齐全",
            "complete evidence",
            "全部必需依据都被引用的题数 ÷ 有依据的可答题数。",
            "Questions whose required pieces are all quoted ÷ answerable questions with evidence.",
        ),
        Metric(
            "quote.precision",
            "引文准确",
            "quote precision",
            "每题：属于依据的引文数（覆盖依据一半，或自身一半落在依据内）÷ 所示引文数；对有依据的可答题取平均。没有引文记 0，不从分母中去掉。",
            "Per question: shown quotes that are evidence (cover half of a gold, or lie half inside one) ÷ shown quotes; mean over answerable questions with evidence. No quotes count 0 and stay in the denominator.",
        ),
        Metric(
            "clause.precision",
            "条款准确",
            "clause precision",
            "同“引文准确”，但引文所在条款含有依据即算。",
            "Like quote precision, where it is enough that the quote's clause holds a gold.",
        ),
        Metric(
            "clause@1",
            "首条条款正确",
            "clause@1",
            "第一条引文所在条款含有依据的题数 ÷ 有依据的可答题数。没有引文记 0。",
            "Answerable questions whose first quote stands in a clause with evidence ÷ answerable questions with evidence. No quote counts 0.",
        ),
        Metric(
            "quote.exact",
            "引文逐字一致",
            "exact quotes",
            "与来源文件该处逐字相同的引文数 ÷ 所示引文数（含“相关条款”）。这是唯一以引文计数的指标。",
            "Quotes that equal their source at their offsets ÷ quotes shown (related ones too). The only figure that counts quotes.",
        ),
        Metric(
            "answer.strings",
            "答案要点",
            "answer strings",
            "每题：引文中出现的要点字符串数 ÷ 要点数；对列有要点的可答题取平均。未作答记 0。",
            "Per question: expected strings found in the quotes ÷ expected strings; mean over answerable questions that list some. Unanswered counts 0.",
        ),
        Metric(
            "answer.reference",
            "与标准答案重合",
            "overlap with the reference",
            "标准答案的相邻两字组在引文中出现的比例；对有标准答案的可答题取平均。只作参考。",
            "Share of the reference answer's character pairs that occur in the quotes; mean over answerable questions with one. A hint only.",
            guarded=False,
        ),
        Metric(
            "refused.answerable",
            "可答却未答",
            "refused though answerable",
            "可答而状态不是 answered 的题数 ÷ 可答题数。失败计入。",
            "Answerable questions whose status is not answered ÷ answerable questions. Failures count.",
            "lower",
        ),
        Metric(
            "error.answerable",
            "可答题错误率",
            "errors on answerable",
            "未答对的可答题数 ÷ 可答题数（未作答或引文不含必需依据；没有依据只有标准答案的题，要点或两字组重合不足一半）。",
            "Answerable questions not answered right (not answered, or no quote meets a required piece; with a reference only: less than half of it) ÷ answerable questions.",
            "lower",
        ),
        Metric(
            "refusal.right",
            "拒答正确",
            "right refusals",
            "答复状态为该题可接受状态的不可答题数 ÷ 不可答题数。失败记为错。",
            "Unanswerable questions met with a status that the set accepts ÷ unanswerable questions. A failure is wrong.",
        ),
        Metric(
            "error.unanswerable",
            "不可答却作答",
            "answers to unanswerable",
            "状态为 answered 的不可答题数 ÷ 不可答题数。",
            "Unanswerable questions that were answered ÷ unanswerable questions.",
            "lower",
        ),
        Metric(
            "premise.corrected",
            "更正错误前提",
            "false premises corrected",
            "前三条引文含更正条款的题数 ÷ 错误前提题数。",
            "Questions with the correcting clause among the first three quotes ÷ questions with a false premise.",
        ),
        Metric(
            "region.wrong",
            "引错地区",
            "wrong region",
            "引用了题目地区（及依据所在地区、全国）以外文件的题数 ÷ 指明地区的题数。未作答的题留在分母中。",
            "Questions with a quote from a region other than those asked for (or those of the evidence, or the whole country) ÷ questions that name a region. Unanswered ones stay in the denominator.",
            "lower",
        ),
        Metric(
            "validity.status",
            "效力判断",
            "validity status",
            "依据引文的效力状态为预期之一的题数 ÷ 列有预期效力的题数。没有引出依据记 0。",
            "Questions whose gold quote carries an expected validity status ÷ questions that expect one. The gold not quoted counts 0.",
        ),
        Metric(
            "validity.expired_unflagged",
            "过期未提示",
            "expired, not flagged",
            "应提示过期、作了回答而依据引文没有标出预期效力的题数 ÷ 应提示过期的题数。",
            "Questions on expired measures that were answered without an expected status on the gold quote ÷ questions on expired measures.",
            "lower",
        ),
        *_rank_metrics(),
        Metric(
            "risk.aurc",
            "风险曲线下面积",
            "area under coverage–risk",
            "按把握程度从高到低逐题放行已作答的题：覆盖率 = 放行题数 ÷ 全部题数，风险 = 放行题中答错的比例；此处为各覆盖率处风险的平均。同一把握程度一起放行。",
            "Answered questions are let through from the most confident on: coverage = let through ÷ all questions, risk = wrong among them; this is the mean risk over them. Equal confidences go together.",
            "lower",
            guarded=False,
            unit="score",
        ),
        Metric(
            "calibration.ece",
            "校准误差 ECE",
            "calibration error (ECE)",
            "已作答的题按把握程度分 10 档，各档 |平均把握 − 答对率| 按题数加权平均。",
            "Answered questions in ten bins of confidence: |mean confidence − share right|, weighted by questions.",
            "lower",
            guarded=False,
            unit="score",
        ),
        Metric(
            "calibration.brier",
            "Brier 分数",
            "Brier score",
            "已作答的题：（把握程度 − 是否答对）² 的平均。",
            "Answered questions: mean of (confidence − right)².",
            "lower",
            guarded=False,
            unit="score",
        ),
        *(
            Metric(
                f"latency.p{p}",
                f"用时 P{p}",
                f"latency p{p}",
                f"每题从提问到得到答复的时间，{p}% 的题不超过它（失败的题也计入）。",
                f"Time from question to answer that {p} % of the questions do not exceed (failed ones included).",
                "lower",
                guarded=False,
                unit="ms",
            )
            for p in (50, 90, 95, 99)
        ),
    ]
}
