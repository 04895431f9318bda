"""Every word of the page, in both languages, in one table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[tuple[str, Language], ...] = (("中文", "zh"), ("English", "en"))

# key: (Chinese, English)
WORDS: dict[str, tuple[str, str]] = {
    "html_lang": ("zh-CN", "en"),
    "title": ("外贸政策问答", "Trade Policy Q&A"),
    "subtitle": (
        "只依据已收录的政策文件作答，逐字引用原文并注明出处",
        "Answers only from the policy documents held here, quoted verbatim with their source",
    ),
    "language": ("界面语言", "Language"),
    "region": ("地区", "Region"),
    "all_regions": ("全部地区", "All regions"),
    "question_label": ("您的问题", "Your question"),
    "placeholder": ("请输入您的问题", "Type your question"),
    "send": ("发送", "Send"),
    "clear": ("清空对话", "Clear"),
    "conversation": ("对话记录", "Conversation"),
    "welcome": ("想了解哪项外贸政策？", "What would you like to know?"),
    "welcome_hint": (
        "可以直接提问，也可以从下面的例子开始。",
        "Type a question below, or start from one of these examples.",
    ),
    "examples": ("示例问题", "Example questions"),
    "library": ("已收录 {n} 份文件", "Documents held here: {n}"),
    "pending": ("正在查找条款……", "Looking through the clauses…"),
    "empty": ("请先输入一个问题。", "Please type a question first."),
    "failed": (
        "抱歉，处理这个问题时出了错，请换个说法再试一次。前面的对话不受影响。",
        "Sorry, something went wrong with this question. Please try again in other words. "
        "The conversation so far is kept.",
    ),
    "you_asked": ("提问：", "You asked: "),
    "answer": ("回答", "Answer"),
    "long_question": ("……（共 {n} 字，此处只显示开头）", "… ({n} characters; only the beginning is shown)"),
    "notices": ("请注意", "Please note"),
    "quotes": ("原文依据", "Source text"),
    "related": ("相关条款（并未回答该问题）", "Related clauses (they do not answer the question)"),
    "not_found": ("文件中没有写明", "Not stated in the documents"),
    "clarify": ("需要您补充", "More detail needed"),
    "choices": ("请选择", "Please choose"),
    "follow_ups": ("还可以问", "You can also ask"),
    "comparison": ("对比", "Comparison"),
    "reference": ("引文 {n}", "Quote {n}"),
    "untitled": ("（文件未写明标题）", "(no title stated)"),
    "not_stated": ("文件未写明", "Not stated"),
    "unnumbered": ("未编号段落", "Unnumbered paragraph"),
    "the_title": ("文件标题", "Title of the document"),
    "section": ("所在部分：", "Section: "),
    "number": ("文号", "Document no."),
    "issuer": ("发文单位", "Issued by"),
    "issued": ("发布日期", "Date issued"),
    "responsible": ("责任单位", "Responsible units"),
    "validity": ("有效期", "Valid"),
    "valid_between": ("{start} 至 {until}", "{start} to {until}"),
    "valid_from": ("自 {start} 起", "from {start}"),
    "valid_until": ("至 {until}", "until {until}"),
    "basis": ("· 原文：“{basis}”", "· in the text: “{basis}”"),
    "source": ("原文位置", "Place in the file"),
    "offsets": ("第 {start}–{end} 字", "characters {start}–{end}"),
    "expand": ("展开条款全文（{n} 字）", "Show the whole clause ({n} characters)"),
    "collapse": ("收起条款全文", "Show less"),
    "unverified": (
        "有一条引文与现存原文不一致，未予显示。",
        "One quote does not match the text held here and is not shown.",
    ),
    "as_of": ("有效性按 {day} 判断", "Validity judged as of {day}"),
    "confidence": ("把握程度 {n}%", "Confidence {n}%"),
    "status_draft": ("征求意见稿", "Draft for comment"),
    "status_abridged": ("有删减", "Abridged text"),
    "status_expired": ("已过期", "Expired"),
    "status_not_yet": ("尚未生效", "Not yet in force"),
    "status_not_stated": ("未注明有效期", "No validity period stated"),
    "status_in_force": ("有效", "In force"),
}

# (Chinese, English, regions that it needs)
EXAMPLES: tuple[tuple[str, str, frozenset[str]], ...] = (
    (
        "小微企业投保出口信用保险有什么补贴",
        "what insurance subsidy applies to small exporters",
        frozenset(),
    ),
    (
        "what insurance subsidy applies to small exporters",
        "小微企业投保出口信用保险有什么补贴",
        frozenset(),
    ),
    (
        "北京线上推广补多少，上限多少？",
        "How much does Beijing pay towards online promotion, and what is the cap?",
        frozenset({"北京"}),
    ),
    (
        "重庆和威海退税谁更快？",
        "Who is faster with export tax refunds, Chongqing or Weihai?",
        frozenset({"重庆", "威海"}),
    ),
    (
        "威海出口信保哪些部门负责？",
        "Which departments are responsible for export credit insurance in Weihai?",
        frozenset({"威海"}),
    ),
)

REGIONS_EN = {
    "全国": "National",
    "北京": "Beijing",
    "天津": "Tianjin",
    "上海": "Shanghai",
    "重庆": "Chongqing",
    "威海": "Weihai",
}


def language_of(value: object) -> Language:
    """The page's language for whatever the browser sent: English only where it says so."""
    return "en" if str(value).lower().startswith("en") else "zh"


def say(key: str, language: Language, **values: object) -> str:
    """A word of the table, with its places filled."""
    text = WORDS[key][1 if language == "en" else 0]
    return text.format(**values) if values else text


def region_name(region: str, language: Language) -> str:
    """A region as the page writes it; one without an English name stays as printed."""
    return REGIONS_EN.get(region, region) if language == "en" else region


def examples(language: Language, regions: Collection[str]) -> list[str]:
    """The example questions that documents of these regions can answer."""
    return [pair[1 if language == "en" else 0] for *pair, needs in EXAMPLES if needs <= set(regions)]
