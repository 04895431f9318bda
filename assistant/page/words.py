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
    "preparing": (
        "正在准备，马上就好，页面会自动打开。",
        "Getting ready. This takes a moment; the page opens by itself.",
    ),
    "preparing_count": ("正在建立索引：{done} / {total} 份文件", "Indexing documents: {done} of {total}"),
    "pending": ("正在查找条款……", "Looking through the clauses…"),
    "empty": ("请先输入一个问题。", "Please type a question first."),
    "failed": (
        "抱歉，处理这个问题时出了错，请换个说法再试一次。前面的对话不受影响。",
        "Sorry, something went wrong with this question. Please try again in other words. The conversation so far is kept.",
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
    "version_n": ("第 {n} 版", "version {n}"),
    "original": ("打开原文件", "Open the original file"),
    "original_page": ("打开原文件，第 {page} 页", "Open the original file at page {page}"),
    "expand": ("展开条款全文（{n} 字）", "Show the whole clause ({n} characters)"),
    "collapse": ("收起条款全文", "Show less"),
    "unverified": (
        "有一条引文与现存原文不一致，未予显示。",
        "One quote does not match the text held here and is not shown.",
    ),
    "as_of": ("有效性按 {day} 判断", "Validity judged as of {day}"),
    "confidence": ("把握程度 {n}%", "Confidence {n}%"),
    # tabs
    "tabs": ("功能", "Sections"),
    "tab_chat": ("问答", "Ask"),
    "tab_lookup": ("查阅", "Look up"),
    "tab_batch": ("批量", "Batch"),
    "tab_documents": ("文件", "Documents"),
    "tab_evaluation": ("评测", "Evaluation"),
    # taking along
    "open_source": ("查看原文", "Open in document"),
    "open_source_of": ("查看原文：{name}", "Open in document: {name}"),
    "copy_citation": ("复制引文", "Copy citation"),
    "copy_citation_of": ("复制引文：{name}", "Copy citation: {name}"),
    "copy_all": ("复制全部", "Copy all"),
    "copied": ("已复制", "Copied"),
    "not_copied": ("浏览器不允许复制，请手动选择文字", "The browser does not allow copying; please select the text"),
    "export": ("导出对话", "Export"),
    "export_as": ("导出", "Export as"),
    # the source beside the conversation
    "close": ("关闭", "Close"),
    "outline": ("条款目录", "Outline"),
    "previous_mark": ("上一处", "Previous"),
    "next_mark": ("下一处", "Next"),
    "marks_count": ("标出 {n} 处", "{n} marked"),
    "unreachable": ("连接不上服务，请检查后再试。", "The service cannot be reached. Please check and try again."),
    "lost": (
        "与服务的连接断了，正在重连；接上后页面自动刷新，对话会保留。",
        "The connection to the service is lost. Trying again; the page then reloads by itself and keeps the conversation.",
    ),
    "broken": ("抱歉，刚才出了错，请再试一次。", "Sorry, something went wrong. Please try again."),
    "no_document": ("没有这份文件，可能已被移除。", "There is no such document; it may have been removed."),
    # look-up
    "lookup_words": ("要查的词语或意思", "Words or meaning to look for"),
    "lookup_placeholder": ("输入词语即查，如：展位费 补贴", "Type to search, e.g. booth fees"),
    "lookup_view": ("查阅方式", "View"),
    "view_clauses": ("条款", "Clauses"),
    "view_figures": ("数字一览", "All figures"),
    "filters": ("筛选", "Filters"),
    "filter_region": ("地区", "Region"),
    "filter_document": ("文件", "Document"),
    "filter_status": ("状态", "Status"),
    "filter_year": ("年份", "Year"),
    "filter_unit": ("责任单位", "Responsible unit"),
    "filter_kind": ("类别", "Kind"),
    "filter_figures": ("只看写有数字的", "Only with figures"),
    "any": ("全部", "All"),
    "reset": ("清除条件", "Reset"),
    "lookup_keys": (
        "↓ 进入结果，↑↓ 移动，回车看原文，C 复制引文，Esc 回到输入框",
        "↓ to the results, ↑↓ to move, Enter opens the source, C copies the citation, Esc returns",
    ),
    "results": ("结果", "Results"),
    "found_n": ("共 {n} 条", "Clauses found: {n}"),
    "found_many": ("显示前 {n} 条，可再加条件", "First {n} clauses; narrow the search to see others"),
    "literal": ("含有所查词语", "Containing the words"),
    "near": ("意思相近", "Near in meaning"),
    "nothing_found": ("没有找到", "Nothing found"),
    "nothing_found_hint": (
        "文件里没有相符的条款。可以换个说法、减少词语或清除筛选条件。",
        "No clause in the documents fits. Try other words, fewer words, or reset the filters.",
    ),
    "figures_n": ("共 {n} 个数字", "Figures found: {n}"),
    "figures_many": ("共 {n} 个数字，此处显示前 {shown} 个；XLSX 含全部", "Figures found: {n}, the first {shown} shown; the XLSX has all"),
    "download_xlsx": ("下载 XLSX", "Download XLSX"),
    "col_kind": ("类别", "Kind"),
    "col_figure": ("数字", "Figure"),
    "col_whom": ("对象（原文用语）", "For whom (as worded)"),
    "col_region": ("地区", "Region"),
    "col_document": ("出处", "Where"),
    "col_sentence": ("原文", "Sentence"),
    "sort_by": ("按{name}排序", "Sort by {name}"),
    "figures_table": ("数字一览表", "Table of all figures"),
    "kind_rate": ("比例", "Rate"),
    "kind_sum": ("金额", "Sum"),
    "kind_cap": ("上限", "Cap"),
    "kind_deadline": ("期限", "Time"),
    "kind_count": ("数量", "Count"),
    # batch
    "batch_title": ("批量答问", "Answer a list of questions"),
    "batch_hint": (
        "上传一个 CSV 或 XLSX 文件，其中一列写问题（列名“问题”）。得到同一个文件，每行添上回答、原文、出处、把握程度和结果。",
        "Give a CSV or XLSX file with the questions in one column (named “question”). You get the same file with "
        "answer, quotes, citations, confidence and result beside each question.",
    ),
    "batch_choose": ("选择文件", "Choose a file"),
    "batch_drop": ("或把文件拖到这里", "or drop it here"),
    "batch_limits": (
        "至多 5000 个问题、10 MB；文件只在本机处理，不保存。",
        "At most 5,000 questions and 10 MB; the file is worked on here and not kept.",
    ),
    "batch_sample": ("下载样例 CSV", "Download a sample CSV"),
    "batch_file": ("问题文件", "File of questions"),
    "batch_progress": ("进度", "Progress"),
    "batch_reading": ("正在读取……", "Reading…"),
    "batch_running": ("已回答 {done} / {total}", "Answered {done} of {total}"),
    "batch_done": ("完成，共 {total} 行", "Done, rows: {total}"),
    "batch_download": ("下载结果", "Download the result"),
    "batch_stop": ("停止", "Stop"),
    "batch_stopped": ("已停止。", "Stopped."),
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


def sentence(text: str, language: Language) -> str:
    """A message as a sentence of the page; the command line tells the same in lower case and without an end."""
    whole = text[:1].upper() + text[1:]
    if "\n" in whole or whole.endswith((".", "。", "！", "？", "!", "?")):
        return whole
    return f"{whole}{'.' if language == 'en' else '。'}"


def region_name(region: str, language: Language) -> str:
    """A region as the page writes it; one without an English name stays as printed."""
    return REGIONS_EN.get(region, region) if language == "en" else region


def examples(language: Language, regions: Collection[str]) -> list[str]:
    """The example questions that documents of these regions can answer."""
    return [pair[1 if language == "en" else 0] for *pair, needs in EXAMPLES if needs <= set(regions)]
