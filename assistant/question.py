"""What is asked, read against a library: its scope, and what the conversation adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.asking import GENERIC, Asks, Language, Manner, asks, language, spoken
from assistant.catalogue import Catalogue
from assistant.pieces import pieces
from assistant.places import Gazetteer
from assistant.spelling import mended
from assistant.typos import Corrector, lazily, vocabulary
from index.records import Document, InputError
from index.text import plain, traditional

MAX_LENGTH = 2000  # code points of a question

_FOLLOWS = re.compile(
    r"^(?:那么?|这个?|它|要是|如果|还有|另外|然后|至于|and\b|what about|how about|then\b|also\b)|呢[?？]?$|这(?:个|事|条|件)|那(?:个|条|边)",
    re.I,
)
_NO_TOPIC = re.compile(r"分别|各自?|同类|类|种|企业|公司|对象|适用|针对")  # whom a measure is for is asked of one named before
# A new topic is announced: nothing is taken from the conversation before.
_NEW_TOPIC = re.compile(
    r"^(?:好的?|嗯|那)?[，,]?(?:换一?个(?:话题|问题|事)|(?:再|另外?)问一?个?(?:别的|其他的?|另一个)(?:问题|事)?|(?:问|说)(?:点|个)别的|另一个问题|不说这个了?|先不管这个)[，,：:。 ]*|"
    r"^(?:new topic|another (?:question|topic)|a different (?:question|topic)|on another (?:topic|matter))[,:. ]+",
    re.I,
)
# Words in front of a topic that only say that it is asked about: 我想了解, please tell me about.
_OPENS = re.compile(
    r"^(?:你好|您好)?[，, ]*(?:请|麻烦)?(?:帮我|给我)?(?:我们?(?:公司|单位|企业)?)?(?:是?想|想要|需要|打算|要)?(?:了解|咨询|问|请教|知道|查|打听|看)(?:一下|一查|下|看看)?(?:关于|有关)?(?=[一-龥]{2})|"
    r"^(?:hi|hello)?[, ]*(?:i(?:'d| would)? (?:like|want) to (?:know|ask|learn)(?: about)?|(?:please |can you |could you )?(?:tell me|give me information)(?: about)?) ",
    re.I,
)
_ASKED_VALUE = re.compile(
    r"(?:是|为|要|有|各|能|会)*(?:多少|几)(?:家|个工作日|个月|个点|个|人|名|户|万元|亿元|元|钱|天|成|次|项|台|辆)?|(?:要|需要?)?多(?:久|长时间|快)|到?什么时候"
)
_INSTEAD = re.compile(r"(?:那|那么|还有)?(?![那这])([一-龥]{2,10}?)(?:方面|政策)?(?:呢|又?怎么样)[?？]?")
_CORRECTS = re.compile(r"^(?:不对[，,]?\s*)?(?:我(?:说|问)的)?不是(.{0,12}?)[，,]\s*(?:我(?:说|问)的)?是(.{1,20})$")
# Words that ask for places or documents, or for a comparison of them: no clause has to hold them.
_SCOPE_WORDS = re.compile(
    r"(?:哪些|哪几个|哪几份|哪个|什么|都有哪些)(?:地方|城市|地区|省市|省份|文件|市)(?:都|里|讲到了?|写了|提到了?|有)?|哪[里儿](?=在|有|能|可以|讲|写)|各地(?!区)|分别|"
    r"怎么(?:说|讲|规定|写)的?|说了?(?:什么|啥)|(?:哪个|谁)更?好|(?:这|那)?[两三四五](?:个(?:城市|地方|地区)|地)(?:各自?|都)?|各(?:个?城市|省市)|(?:请|帮我|给我)?(?:列|做|画)一?[个张]?表(?:格)?|对照(?:一下|看看)?|比一比|比比看|侧重(?:点)?(?:是)?什么|"
    r"谁(?:的|家|给)?(?:更|最)?(?:高|多|低|少|大)|哪(?:里|边|家|个)(?:更|最)(?:高|多|低|少|大|划算|优惠)|(?:有什么|有哪些|有何)?(?:区别|不同|不一样|差别|差异|异同)(?:在哪里?|是什么|吗)?|对比(?:一下)?|比较(?:一下)?|相比|"
    r"\b(?:which|what) (?:places?|cit(?:y|ies)|regions?|documents?)\b|\bside by side\b|\b(?:in )?(?:each|every|all|across)(?: of)?(?: the)? (?:places?|cit(?:y|ies)|regions?)\b|\bcomparison of\b|\bcompared?(?: (?:with|to))?\b|\bversus\b|\bvs\b\.?|\bdifferences? between\b",
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
        announced = _NEW_TOPIC.match(asked)
        if announced and asked[announced.end() :].strip():
            read = self._one(asked[announced.end() :], None, region)
            return replace(read, asked=asked[:MAX_LENGTH])
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
            added = question.topic.lstrip("呢，, ")  # its own kind of fact takes the place of the one asked before
            rebuilt = self._rebuilt(question, f"{_ASKED_VALUE.sub('', text).rstrip('?？。')}，{added}", region)
            return replace(rebuilt, addition=added if topic else None, base=text)
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
        text = _OPENS.sub("", text)
        text = re.sub(r"谁(?:更|最)?快|哪个(?:更|最)?快", "多久", _SCOPE_WORDS.sub(" ", text))
        text = re.sub(r"^[\s的和与跟及，,、:：]+", "", text)
        return text if re.search(r"\w", text) else plain(text)

    def _manner(self, text: str) -> Manner:
        said = spoken(text)
        if said:
            return said
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


def _clause_number(text: str) -> str | None:
    found = re.search(r"第\s?[（(]?([一二三四五六七八九十百\d]{1,4})[)）]?\s?(?:条|款|点|项|段)", text)
    found = found or re.search(r"[（(]([一二三四五六七八九十百]{1,4})[)）]", text)
    return found[1] if found else None


def _ordinal(found: re.Match[str]) -> int:
    return _ORDINALS[(found[1] or found[2]).lower()]


def _prefixed(question: Question, before: Question) -> str:
    return f"{'、'.join(before.regions)}：{question.standalone}" if before.regions else question.standalone
