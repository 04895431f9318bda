"""What is asked: language, scope, kind of fact, and what the conversation adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.catalogue import Catalogue
from assistant.pieces import pieces
from assistant.places import Gazetteer
from assistant.spelling import mended
from assistant.typos import Corrector, lazily, vocabulary
from index.records import Document, InputError
from index.text import plain, simplified, traditional

Language = Literal["zh", "zh-hant", "en"]
Asks = Literal["who", "contact", "number", "issuer", "issued", "validity", "compare", "amount", "deadline", "fact"]
Manner = Literal["question", "greeting", "thanks", "identity", "empty", "vague", "too_long", "alter"]

MAX_LENGTH = 2000  # code points of a question

# The kind of fact that is asked for, tried in this order.
_ASKS: tuple[tuple[Asks, re.Pattern[str]], ...] = (
    ("number", re.compile(r"文号|发文字号|document number|reference number")),
    (
        "contact",
        re.compile(
            r"电话|電話|热线|联络|联系人|联系方式|邮箱|传真|联系谁|找谁联系|打给谁|打哪个|who (?:do|can|should|must) (?:i|we) (?:call|ring|phone|contact|reach)|phone|telephone|contact (?:person|number)|e-?mail",
            re.I,
        ),
    ),
    (
        "issuer",
        re.compile(
            r"谁(?:发|印发|制定|出台|签)的|(?:哪个|什么)(?:部门|单位|机关)(?:发|印发|制定|出台)的?|发文(?:机关|单位)|who (?:issued|signed|published)",
            re.I,
        ),
    ),
    (
        "issued",
        re.compile(
            r"(?:什么时候|何时|哪天|哪一天|几月几[号日]|哪年)(?:发|印发|发布|出台|公布)|(?:发布|印发|成文|发文)(?:日期|时间)|when was .{0,60}(?:issued|published)",
            re.I,
        ),
    ),
    (
        "who",
        re.compile(
            r"(?:哪|什么|那)(?:个|些|几个?|家|几家)?(?:部门|单位|局|委|机构|衙门|部委|厅|部(?!分))|谁(?:负责|管|牵头|来管|主管|分工|去|在管|落实)|归谁|由谁|找谁|"
            r"责任(?:单位|部门)|负责(?:单位|部门)|都?有?谁负责|牵头(?:单位|部门|的是)|主管(?:单位|部门)|归口|怎么分工|负责的[吧吗?]|"
            r"\b(?:who|which (?:ministry|department|agenc|authorit|bureau|office|unit)\w*)\b.{0,60}(?:responsib|charge|lead|handle|oversee|implement)|"
            r"in charge|responsible (?:unit|department|agenc)",
            re.I,
        ),
    ),
    (
        "validity",
        re.compile(
            r"(?:还|仍)(?:有效|执行|能(?:报|享受|申请|用)|在执行|管用)|有效期|过期|失效|作废|生效|still (?:valid|in force|appl|available)|expired?|rely on",
            re.I,
        ),
    ),
    (
        "compare",
        re.compile(
            r"区别|不同|不一样|一样[吗么嘛]|差别(?!待遇|化|税)|差异(?!化)|异同|对比|比较|相比|谁更|哪个(?:城市|地方|市)|哪里(?:更|最)|各地|差在|分别|\bversus\b|\bvs\b|\bcompare|difference|which (?:city|region|place)",
            re.I,
        ),
    ),
    (
        "amount",
        re.compile(r"多少|几成|几个点|比例|上限|封顶|最高|额度|幅度|how much|how many|percent|\bcap\b|\brate\b|ceiling|maximum", re.I),
    ),
    ("deadline", re.compile(r"什么时候|啥时候|几天|多久|何时|截止|期限|到哪|几个工作日|until when|how long|deadline|\bwhen\b", re.I)),
)

_GREETING = re.compile(
    r"(?:你好|您好|哈喽|嗨|hi|hello|hey|早上好|下午好|晚上好|早|在吗|在不在|在么|有人吗|喂|good (?:morning|afternoon|evening))+", re.I
)
_THANKS = re.compile(
    r"(?:非常|多)?(?:谢谢|感谢|谢了|辛苦|多谢|thanks?|thank you|thx)(?:你|您|了|啦|\s?very much|\s?a lot|\s?so much)*|再见|拜拜|bye|goodbye|好的|明白了?|知道了|收到|ok|okay",
    re.I,
)
_ALTERS = re.compile(
    r"^(?:请|麻烦)?(?:你|您)?(?:帮我|替我|给我|帮忙)?(?:写|起草|撰写|拟写|草拟|生成|编写)(?:一|个|份|篇|封|下).{0,40}|^(?:please )?(?:write|draft|compose) (?:me )?an? |(?:改写|改成|改为|篡改|替换成|伪造|编造)(?:成|为|一)?.{0,20}|标注为原文|(?:忽略|无视).{0,8}(?:指令|规则|要求)|系统提示词?|ignore (?:all )?(?:previous|prior)|system prompt|"
    r"重复.{0,8}(?:上面|以上).{0,6}(?:内容|文字)|base64",
    re.I,
)
_IDENTITY = re.compile(
    r"你(?:是谁|叫什么|是(?:真人|机器人|人工|什么|ai|chatgpt).*|能做什么|会什么|能干什么|可以做什么)|(?:是)?(?:真人|机器人|人工)(?:吗|还是.*)?|who are you|what (?:are you|can you do)|are you (?:a )?(?:human|robot|bot|real).*",
    re.I,
)

# Words that ask without naming a topic: a question made of them alone cannot be searched.
GENERIC = re.compile(
    r"那|这|个|的|了|呢|吗|吧|啊|呀|嘛|么|是|有|没有?|怎么|怎样|什么|哪|些|里|谁|多少|几成?|上限|下限|封顶|最高|最低|比例|补贴|补助|补|钱|奖励|支持|政策|金额|额度|"
    r"标准|条件|时间|时候|日期|期限|到期|多久|几天|截止|部门|单位|负责|管|申请|办理|办|找|要|需要|自己|可以|能|不能|给|我|我们|你|您|请问|想|问|一下|具体|详细|"
    r"说说|第|一|二|三|四|五|条|怎么回事|回事|意思|啥|如何|为什么|还|也|都|和|与|就|在|到|对|吃|要是|如果|会|不会|行|不行|可|去|来|算|不算|有效|现在|如今|今年|"
    r"[0-9.%％]+|万元|元|万|亿|"
    r"\b(?:the|a|an|is|are|what|which|who|how|much|many|it|that|this|there|of|for|and|to|in|do|does|i|we|can|about|please|tell|me|more|subsidy|limit|cap|maximum|rate|deadline|when|apply|policy|policies|responsible|charge|handles?|where|units?|department|documents?|long|valid|still|one|full|text|details?|now)\b"
)
_FOLLOWS = re.compile(
    r"^(?:那么?|这个?|它|要是|如果|还有|另外|然后|至于|and\b|what about|how about|then\b|also\b)|呢[?？]?$|这(?:个|事|条|件)|那(?:个|条|边)",
    re.I,
)
_NO_TOPIC = re.compile(r"分别|各自?|同类|类|种|企业|公司|对象|适用|针对")  # whom a measure is for is asked of one named before
_INSTEAD = re.compile(r"(?:那|那么|还有)?(?![那这])([一-龥]{2,10}?)(?:方面|政策)?(?:呢|又?怎么样)[?？]?")
_CORRECTS = re.compile(r"^(?:不对[，,]?\s*)?(?:我(?:说|问)的)?不是(.{0,12}?)[，,]\s*(?:我(?:说|问)的)?是(.{1,20})$")
# Words that ask for places or documents, or for a comparison of them: no clause has to hold them.
_SCOPE_WORDS = re.compile(
    r"(?:哪些|哪几个|哪几份|哪个|什么|都有哪些)(?:地方|城市|地区|省市|省份|文件|市)(?:都|里|讲到了?|写了|提到了?|有)?|哪[里儿](?=在|有|能|可以|讲|写)|各地(?!区)|分别|"
    r"怎么(?:说|讲|规定|写)的?|说了?(?:什么|啥)|(?:哪个|谁)更?好|(?:有什么|有哪些|有何)?(?:区别|不同|不一样|差别|差异|异同)(?:在哪里?|是什么|吗)?|对比(?:一下)?|比较(?:一下)?|相比|"
    r"\b(?:which|what) (?:places|cities|regions|documents?)\b|\bcompared?(?: (?:with|to))?\b|\bversus\b|\bvs\b\.?|\bdifferences? between\b",
    re.I,
)
# A figure that a question ascribes to the rule of the place that it names: 退税3个工作日的规定
_ASCRIBED = re.compile(
    r"(?:上限|最高|补贴?|按)?\d+(?:\.\d+)?(?:%|亿元|万元|元|个工作日|天|日|个月|年|家)(?=的(?:规定|政策|标准|补贴|支持))"
)
# English words that only name a document.
_DOCUMENT_WORDS = re.compile(
    r"\b(?:services?|goods|foreign|trade|measures?|notices?|circulars?|opinions?|announcements?|documents?|rules?|call|ring|reach|contact|persons?|phone|telephone|"
    r"numbers?|e-?mail|date|issued?|issuer|published|effect|force|take|took|come|came|into|on|by|with|should|must|have|has|be|been|was|were|or|if|any|from|s)\b"
)
_MEASURE_WORDS = re.compile(r"[a-z]{2,}")
_POINTS = re.compile(r"那边|那种|这种|这样|算不算|算吗|也(?:算|行|可以|能)|行不行$|包括|在内")
_ORDINALS = {c: n for line in ("一二三四五", "12345") for n, c in enumerate(line, 1)} | {"first": 1, "second": 2, "third": 3}
_WHOLE = re.compile(
    r"(?:请?(?:把|将))?(?:这[一]?条的?)?(?:原文|全文|原话|条文|原句|完整内容)(?:都?(?:发|给|贴|列)(?:我|出来?|一下|看看|给我)*|看看|是什么|怎么[写说]的?|呢|在哪里?)?(?:吧|吗)?[。.?？!！]?"
    r"|(?:the )?(?:full|original|exact) (?:text|wording)(?: of it)?(?:,? please)?[.?]?|(?:show|give) me the (?:full |original )?(?:text|clause|wording)[.?]?",
    re.I,
)
_ORDINAL = re.compile(
    r"第\s?([一二三四五1-5])\s?(?:个|条)?(?:的|再)?(?:详细|具体|展开|说说|讲讲|是什么|全文|原文|呢)|(?:the )?(first|second|third) one", re.I
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    ``text`` is simplified and normalised, ``topic`` the same without the places and documents that set the
    scope: what is searched for. ``regions`` are the regions of the library that it names,
    ``foreign`` the named places that the library does not cover; ``documents`` the ids that its scope allows,
    None for all. ``manner`` tells what cannot be searched: a greeting, nothing at all, no topic.
    ``clause`` is the number of a clause that it names, ``paragraph`` tells that it names it as a paragraph (第三段).
    ``previous`` is the question before where this one asks a further fact of what was answered there.
    ``addition`` is what a follow-up adds to the topic before it; ``ordinal`` the quote of the answer before that
    is asked for (from 1), ``picked`` the one that the conversation goes on from. ``base`` is the topic that a further follow-up would go on from. ``inherited`` tells that the scope is only that of
    the question before.
    """

    asked: str
    standalone: str
    text: str
    language: Language
    asks: Asks
    manner: Manner
    topic: str = ""
    regions: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    documents: tuple[str, ...] | None = None
    clause: str | None = None
    paragraph: bool = False
    previous: str | None = None
    addition: str | None = None
    ordinal: int | None = None
    base: str = ""
    picked: int | None = None
    inherited: bool = False


class Reader:
    """Reads questions against a library."""

    def __init__(self, documents: Sequence[Document], catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or Catalogue(documents)
        self._places = Gazetteer(self._catalogue.regions)
        self._correct = lazily(lambda: Corrector(vocabulary(documents), self._places))

    def read(self, asked: str, earlier: Sequence[str] = (), region: str | None = None) -> Question:
        """Understand ``asked`` after the questions ``earlier``; ``region`` is a filter set beside it.

        Raises InputError for a region that the library does not hold.
        """
        if region is not None and region not in self._places.regions:
            known = self._places.regions
            raise InputError(
                f"没有这个地区的文件：{region}；可选：{'、'.join(known)}",
                f"no documents for the region {region!r}; choose from: {', '.join(known)}",
            )
        before: Question | None = None
        unclear: str | None = None  # what the assistant asked back about
        for one in earlier:
            read = self._one(self._completed(one, unclear), before, region)
            unclear = one if read.manner == "vague" and before is None else None
            before = read if read.manner == "question" else before
        understood = self._one(self._completed(asked, unclear), before, region)
        return replace(understood, asked=asked[:MAX_LENGTH]) if unclear else understood

    def _completed(self, asked: str, unclear: str | None) -> str:
        """The answer to a question back, with what was asked before it: 上限是多少？ → 北京云营销."""
        text = plain(asked)
        if unclear is None or len(asked) > MAX_LENGTH or asks(text) != "fact" or self._manner(text) != "question":
            return asked
        return f"{asked.rstrip('?？。 ')}，{unclear}"

    def pieces(self, message: str) -> list[str]:
        """The questions of a message, in order; the message alone where it asks one thing."""
        return pieces(message, self.has_topic) if len(message) <= MAX_LENGTH else [message]

    def has_topic(self, text: str) -> bool:
        """True where ``text`` names something to search for, beside places and words that only ask."""
        return len(_NO_TOPIC.sub("", self._topic(plain(text)))) >= 2

    def scoped(self, asked: Sequence[str]) -> list[str]:
        """The items of a list, each that names a topic and no place of its own put into the place named before it."""
        scoped: list[str] = []
        named = ""
        for piece in asked:
            text = plain(piece)
            own = "、".join(dict.fromkeys(text[p.start : p.end] for p in self._places.find(text)))
            alone = bool(own) or not named or not self.has_topic(text) or bool(self._catalogue.named(text))
            scoped.append(piece if alone else f"{named}：{piece}")
            named = own or named
        return scoped

    def _one(self, asked: str, before: Question | None, region: str | None) -> Question:
        if len(asked) > MAX_LENGTH:
            return Question(asked[:MAX_LENGTH], "", "", language(asked[:MAX_LENGTH]), "fact", "too_long")
        typed = plain(asked)
        text = mended(self._correct(typed), [(p.start, p.end) for p in self._places.find(typed)])
        question = self._alone(asked, text, region)
        if text != typed:
            question = replace(question, standalone=traditional(text) if question.language == "zh-hant" else text)
        if before is None or question.manner not in ("question", "vague"):
            return question
        return self._continued(question, before, region)

    def _alone(self, asked: str, text: str, region: str | None) -> Question:
        places = self._places.find(text)
        covered = [c for p in places if (c := self._places.covered(p))]
        foreign = [p.name for p in places if self._places.covered(p) is None]
        named = self._catalogue.named(text)
        regions = (region,) if region else tuple(dict.fromkeys(covered))
        documents = self._scope(text, regions, named)
        return Question(
            asked=asked,
            standalone=asked.strip(),
            text=text,
            language=language(asked),
            asks=asks(text),
            manner=self._manner(text),
            topic=self._searched(text),
            regions=regions,
            foreign=tuple(dict.fromkeys(foreign)),
            documents=documents,
            clause=_clause_number(text),
            paragraph=bool(re.search(r"第\s?[一二三四五六七八九十百\d]{1,4}\s?段", text)),
            base=text,
        )

    def _continued(self, question: Question, before: Question, region: str | None) -> Question:
        """A follow-up takes from ``before`` what it leaves out: the topic, the region, or both."""
        ordinal = _ORDINAL.search(question.text)
        whole = _WHOLE.fullmatch(question.text)
        if whole or (ordinal and len(self._topic(question.text)) <= 3):
            picked = _ordinal(ordinal) if ordinal and not whole else before.picked or 1
            kept = replace(before, asked=question.asked, standalone=question.standalone, text=question.text, language=question.language)
            return replace(kept, manner="question", ordinal=picked, picked=picked, asks="fact")
        corrected = _CORRECTS.match(question.text)
        if corrected:
            return self._rebuilt(question, self._corrected(before.text, corrected[1], corrected[2]), region)
        compared = _INSTEAD.fullmatch(question.text) if before.asks == "compare" else None
        if compared and not question.regions and not question.foreign:
            return self._rebuilt(question, f"{'和'.join(before.regions) or '各地'}{compared[1]}有什么不同", region)
        topic = self._topic(question.text)
        moved = bool(question.regions or question.foreign) and question.regions != before.regions
        if moved and len(topic) <= 2:
            text = self._replace_places(before.text, question.text)
            if question.asks == "fact" or question.asks == before.asks:
                return self._rebuilt(question, text, region)
            rebuilt = self._rebuilt(question, f"{text.rstrip('?？。')}，{question.topic}", region)
            return replace(rebuilt, addition=question.topic.lstrip("呢，, "), base=text)
        if len(topic) <= 1:
            text = f"{before.base.rstrip('?？。')}，{question.text}"
            if re.fullmatch(r"那?[^吗么怎谁哪几多]{1,8}呢[?？]?", question.text):
                return replace(self._rebuilt(question, text, region), addition=question.text.rstrip("呢?？"), base=before.base)
            rebuilt = self._rebuilt(question, text, region)
            return replace(rebuilt, asks=question.asks, previous=before.previous or before.base, base=before.base, picked=before.picked)
        if moved or question.documents is not None:
            return replace(question, manner="question")
        follows = bool(_FOLLOWS.search(question.text))
        if (len(topic) <= 3 and len(question.text) <= 16) or (len(topic) <= 6 and _POINTS.search(question.text)):
            text = f"{before.base.rstrip('?？。')}，{question.text}"
            return replace(self._rebuilt(question, text, region), addition=question.text, base=before.base)
        if before.documents is not None and (follows or len(question.text) <= 24):
            scoped = replace(question, regions=before.regions, documents=before.documents, standalone=_prefixed(question, before))
            return replace(scoped, inherited=not follows and len(topic) >= 4)
        return question

    def _corrected(self, text: str, wrong: str, right: str) -> str:
        """不是进口，是出口: the wrong word replaced by the right one, which is added where it is not found."""
        wrong, right = wrong.strip("，, 我说问的是"), right.strip("。，, 啊呀")
        return text.replace(wrong, right) if wrong and wrong in text else f"{text.rstrip('?？。')}，{right}"

    def _rebuilt(self, question: Question, text: str, region: str | None) -> Question:
        read = self._alone(text, text, region)
        kind = question.asks if question.asks != "fact" else read.asks
        return replace(read, asked=question.asked, language=question.language, asks=kind, manner="question")

    def _replace_places(self, text: str, by: str) -> str:
        """``text`` with its places replaced by those of ``by``, in front where it has none; without the figures of the old place."""
        text = _ASCRIBED.sub("", text)
        names = "、".join(dict.fromkeys(by[p.start : p.end] for p in self._places.find(by)))
        found = self._places.find(text)
        if not found:
            return f"{names}{text}"
        result, at = [], 0
        for n, place in enumerate(found):
            result.append(text[at : place.start] + (names if n == 0 else ""))
            at = place.end
        return "".join([*result, text[at:]])

    def _topic(self, text: str) -> str:
        """What is left of ``text`` without places and words that only ask."""
        for place in reversed(self._places.find(text)):
            text = text[: place.start] + text[place.end :]
        return re.sub(r"[\W_]+", "", GENERIC.sub("", text.lower()))

    def _searched(self, text: str) -> str:
        """``text`` without what only sets the scope: places, 文号, "28号文", 国办文件里."""
        for place in reversed(self._places.find(text)):
            if self._places.covered(place):
                text = text[: place.start] + " " + text[place.end :]
        text = re.sub(
            r"[一-龥]{0,6}[〔\[(（]\s?20\d\d\s?[〕\])）]\s?\d+号(?:文件?)?|\d+号(?:文件?|意见)|^\s*(?:的)?(?:文件|意见)(?:里|中|对|说)?|办公厅",
            " ",
            text,
        )
        text = re.sub(r"谁(?:更|最)?快|哪个(?:更|最)?快", "多久", _SCOPE_WORDS.sub(" ", text))
        text = re.sub(r"^[\s的和与跟及，,、:：]+", "", text)
        return text if re.search(r"\w", text) else plain(text)

    def _manner(self, text: str) -> Manner:
        bare = re.sub(r"[\s,.!?，。！？~～、…]+", "", text)
        spaced = re.sub(r"[\s,.!?，。！？~～、…]+", " ", text).strip()
        if not bare or not re.search(r"[一-龥A-Za-z0-9]", bare):
            return "empty"
        for manner, pattern in (("greeting", _GREETING), ("thanks", _THANKS), ("identity", _IDENTITY)):
            if pattern.fullmatch(bare) or pattern.fullmatch(spaced):
                return manner  # type: ignore[return-value]
        if _ALTERS.search(text):
            return "alter"
        if len(set(bare)) <= 2 and len(bare) >= 3:
            return "empty"
        if len(self._topic(text)) <= 1 and not _clause_number(text) and not self._catalogue.named(text):
            return "vague"
        return "question"

    def names_only_clause(self, question: Question) -> bool:
        """True where nothing but the number of a clause is asked for."""
        rest = re.sub(
            r"第\s?[（(]?[一二三四五六七八九十百\d]{0,4}[)）]?\s?(?:条|款|点|项|段)|说|文件|政策|措施|通知|意见|原文|全文|内容|规定|讲|写|货物贸易|服务贸易|外贸",
            "",
            self._topic(question.text),
        )
        return len(rest) <= 1

    def names_only_document(self, question: Question) -> bool:
        """True where nothing but a document is named: 国办发〔2020〕28号的联系人是谁？"""
        text = self._catalogue.without_names(question.text)
        if question.language == "en":
            for place in reversed(self._places.find(text)):
                text = text[: place.start] + text[place.end :]
            return not _MEASURE_WORDS.findall(_DOCUMENT_WORDS.sub(" ", GENERIC.sub(" ", text.lower())))
        rest = re.sub(
            r"[^一-龥]|文件|通知|意见稿?|公告|措施|办法|外贸|联系|电话|号|这份|那份|联系人|什么|正式|印发|施行|实施|开始|执行|起|已经|若干|促进|推动|稳|规定|征求|有效期?|保|提质|"
            r"服务贸易|政策|公布|发布|出台|现行|从|哪天|生效|质|意见|何时|仍然?|到|现",
            "",
            self._topic(text),
        )
        return len(rest) <= 2 and bool(re.search(r"[\u4e00-\u9fff]", text))

    def _scope(self, text: str, regions: tuple[str, ...], named: tuple[str, ...]) -> tuple[str, ...] | None:
        if named:
            return named
        if regions:
            return self._catalogue.within(regions)
        return self._catalogue.coined(text)


def language(text: str) -> Language:
    """zh, zh-hant where characters are Traditional, en where there are hardly any Chinese ones."""
    han = re.findall(r"[\u3400-\u9fff]", text)
    if len(han) < 2 and len(re.findall(r"[A-Za-z]{2,}", text)) >= 2:
        return "en"
    changed = sum(a != b for a, b in zip(text, simplified(text), strict=False))
    return "zh-hant" if changed >= 2 or (changed and changed * 4 >= len(han)) else "zh"


def asks(text: str) -> Asks:
    """The kind of fact that is asked for first; "fact" where none in particular is."""
    return next((kind for kind, pattern in _ASKS if pattern.search(text)), "fact")


def _clause_number(text: str) -> str | None:
    found = re.search(r"第\s?[（(]?([一二三四五六七八九十百\d]{1,4})[)）]?\s?(?:条|款|点|项|段)", text)
    found = found or re.search(r"[（(]([一二三四五六七八九十百]{1,4})[)）]", text)
    return found[1] if found else None


def _ordinal(found: re.Match[str]) -> int:
    return _ORDINALS[(found[1] or found[2]).lower()]


def _prefixed(question: Question, before: Question) -> str:
    return f"{'、'.join(before.regions)}：{question.standalone}" if before.regions else question.standalone
