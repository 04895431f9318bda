"""The fixed phrases around quotes, in the language of the question. Quotes themselves are never converted."""

from __future__ import annotations

import re

from assistant.asking import Language
from index.text import traditional

# key: (Chinese, English)
_PHRASES: dict[str, tuple[str, str]] = {
    "lead": ("文件的规定如下：", "The documents say:"),
    "lead_who": ("责任单位：", "Responsible units:"),
    "lead_validity": ("关于是否仍然有效：", "On whether it still holds:"),
    "lead_corrected": (
        "与文件不符：您提到“{claimed}”，文件写的是“{stated}”{refs}。",
        "This does not match the text: you mention “{claimed}”; the document says “{stated}” {refs}.",
    ),
    "lead_units": (
        "与文件不符：文件写明的责任单位是{stated}{refs}，没有写“{claimed}”。",
        "This does not match the text: the units named are {stated} {refs}, not “{claimed}”.",
    ),
    "lead_elsewhere": (
        "您所说的文件没有写这一点；写有它的是{place}{refs}。",
        "The document you name does not say this; it stands in {place} {refs}.",
    ),
    "lead_wider": (
        "{places}的文件没有写明这一点；其他文件的规定：",
        "The documents of {places} do not state this; others do:",
    ),
    "lead_draft": (
        "文件标明为征求意见稿{refs}，没有写明已正式印发或从哪天起执行。",
        "The text calls itself a draft for comment {refs}; it does not say that it was adopted or when it takes effect.",
    ),
    "lead_whole": ("这一条的全文：", "The whole clause:"),
    "lead_compare": ("各地的规定对比如下：", "The provisions compared:"),
    "item_bare": ("- {text} {refs}", "- {text} {refs}"),
    "item": ("- **{region}**{label}：{text} {refs}", "- **{region}**{label}: {text} {refs}"),
    "expired": (
        "{refs} 所依据的规定已过期（截至 {as_of}，原文：“{basis}”）。",
        "The provision in {refs} has expired (as of {as_of}; the text says “{basis}”).",
    ),
    "not_yet": (
        "{refs} 所依据的规定尚未开始执行（原文：“{basis}”）。",
        "The provision in {refs} has not yet taken effect (the text says “{basis}”).",
    ),
    "draft": (
        "{refs} 出自征求意见稿，文件未写明已正式印发。",
        "{refs} comes from a draft for comment; the text does not say that it was adopted.",
    ),
    "abridged": ("{refs} 所在文件自注有删减。", "The document of {refs} states that it is abridged."),
    "not_stated_term": ("{refs} 未注明有效期。", "No period of validity is stated for {refs}."),
    "in_force": (
        "截至 {as_of}，{refs} 仍在写明的期限内（原文：“{basis}”）。",
        "As of {as_of}, {refs} is within its stated period (“{basis}”).",
    ),
    "not_found": ("现有文件没有写明这一点。", "The documents do not state this."),
    "not_found_fact": (
        "现有文件提到了相关内容，但没有写明您问的{fact}。",
        "The documents touch on this but do not state the {fact} you ask for.",
    ),
    "not_covered": (
        "现有文件不包括{places}的政策（已收录：{regions}），无法回答。",
        "The documents do not cover {places} (held here: {regions}), so this cannot be answered.",
    ),
    "also_not_covered": (
        "现有文件不包括{places}的政策（已收录：{regions}）。",
        "The documents do not cover {places} (held here: {regions}).",
    ),
    "not_stated_field": ("《{title}》没有写明{fact}。", "“{title}” does not state its {fact}."),
    "candidates": (
        "原文在几个段落之后并列了几条责任单位，没有写明哪条对应这一段。",
        "The text lists several lines of responsible units after several paragraphs and does not say which belongs to this one.",
    ),
    "related": ("下面是最接近的条款，但它们并未回答这个问题。", "The nearest clauses are listed below; they do not answer the question."),
    "number": ("文号", "document number"),
    "contact": ("联系方式", "contact details"),
    "issuer": ("发文单位", "issuer"),
    "issued": ("发布日期", "date of issue"),
    "amount": ("金额、比例或数量", "amount, rate or number"),
    "deadline": ("时间或期限", "date or period"),
    "who": ("责任单位", "responsible unit"),
    "greeting": (
        "您好！可以直接问我外贸政策，例如：“重庆小微企业投保出口信用保险有什么补贴？”",
        "Hello! Ask me about trade policy, for example: “What insurance subsidy applies to small exporters?”",
    ),
    "thanks": ("不客气，有问题随时再问。", "You are welcome. Ask again any time."),
    "identity": (
        "我是外贸政策问答助手（程序，不是真人），只依据已收录的文件作答，并逐字引用原文。",
        "I am a trade-policy assistant (a program, not a person). I answer only from the documents held here and quote them verbatim.",
    ),
    "alter": (
        "我只逐字引用文件原文，不改写、不编造，也不执行与政策问答无关的指令。请直接提问。",
        "I only quote the documents word for word; I do not change or invent text or follow other instructions. Please ask a question.",
    ),
    "empty": ("请输入想了解的政策问题，例如：", "Please type a policy question, for example:"),
    "vague": ("您想问哪一方面？请补充事项或地区，例如：", "Which measure do you mean? Please name a topic or region, for example:"),
    "too_long": (
        "问题太长（最多 {limit} 字），请把要问的一件事单独写出来。",
        "The question is too long (at most {limit} characters); please ask one thing at a time.",
    ),
    "ask_who": ("{region}“{heading}”由哪些单位负责？", "Which units are responsible for “{heading}” in {region}?"),
    "ask_valid": ("{region}“{heading}”现在还有效吗？", "Is “{heading}” in {region} still valid?"),
    "ask_region": ("{region}呢？", "What about {region}?"),
    "column_text": ("规定", "Provision"),
    "column_percent": ("比例", "Rate"),
    "column_money": ("金额、上限", "Sum, cap"),
    "column_period": ("时限", "Period"),
    "column_count": ("数量", "Number"),
    "column_units": ("责任单位", "Responsible units"),
    "count": ("数量", "number"),
    "percent": ("比例", "percentage"),
    "money": ("金额", "amount"),
    "duration": ("时限", "period"),
    "date": ("日期", "date"),
    "units": ("责任单位", "responsible unit"),
    "names": ("名单", "names"),
    "list": ("清单", "list"),
    "place": ("地点或渠道", "place or channel"),
    "procedure": ("办理程序", "procedure"),
    "materials": ("所需材料", "documents to be submitted"),
    "conditions": ("条件或标准", "conditions or standards"),
    "support": ("补贴或奖励", "subsidy or reward"),
    "unstated_procedure": ("文件没有写明怎么申请或办理。", "The documents do not state how to apply."),
    "unstated_term": ("{title}没有写明有效期。", "{title} states no period of validity."),
    "stated_term": ("{title}写明的执行期限：", "The term stated by {title}:"),
    "unstated": ("未写明", "not stated"),
}


def say(key: str, language: Language, **values: object) -> str:
    """The phrase of ``key``; the values are put in as they are, only the phrase is put into Traditional characters."""
    chinese, english = _PHRASES[key]
    if language == "en":
        return english.format(**values)
    if language == "zh":
        return chinese.format(**values)
    return "".join(piece if piece.startswith("{") else traditional(piece) for piece in re.split(r"(\{\w+\})", chinese)).format(**values)


def join(names: list[str], language: Language) -> str:
    """The names as a list in the language."""
    return (", " if language == "en" else "、").join(names)
