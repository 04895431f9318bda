"""How a question is asked, from its words alone: language, kind of fact, greetings and the like. Pure."""

from __future__ import annotations

import re
from typing import Literal

from index.text import simplified

Language = Literal["zh", "zh-hant", "en"]
Asks = Literal["who", "contact", "number", "issuer", "issued", "validity", "compare", "amount", "deadline", "fact"]
Manner = Literal["question", "greeting", "thanks", "identity", "empty", "vague", "too_long", "alter"]

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
            r"区别|不同|不一样|一样[吗么嘛]|差别(?!待遇|化|税)|差异(?!化)|异同|对比|比较|相比|对照|比一比|比比看|谁更|谁(?:的|家|给)[一-龥]{0,6}(?:高|多|低|少|大|快)|哪个(?:城市|地方|市)|"
            r"哪(?:些|几个)(?:城市|地方|地区|省市|省份|市)|哪(?:里|边|家)(?:[一-龥]{0,4})?(?:更|最)|各地(?!区)|各(?:城市|省市|市(?![场区]))|(?<!第)[两三四五]地(?![区方产上下])|差在|分别|列个?表|"
            r"\bversus\b|\bvs\b|\bcompar(?:e|ison|ing)|difference|differ\b|which (?:city|cities|region|place)|(?:each|every|all|across) (?:the )?(?:city|cities|region|place)|side by side",
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


_ASKING = re.compile(
    r"[?？]|吗|么|嘛|呢|吧|不\s*$|没有?\s*$|多少|什么|啥|哪|怎|如何|咋|几[天个成家年万]|多[久快大]|谁|能不|能否|可不可|是不是|是否|有无|要不要|"
    r"\b(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have)\b",
    re.I,
)
KEYWORDS = 30  # letters up to which a line without a word that asks is a query of keywords


def telegraphic(text: str) -> bool:
    """The text only names what it is about, as in a search box: 信保 补贴 比例 小微."""
    return len(text) <= (KEYWORDS if re.search("[一-龥]", text) else 2 * KEYWORDS) and not _ASKING.search(text)


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


def spoken(text: str) -> Manner | None:
    """The manner of what needs no search: a greeting, thanks, who are you, nothing at all, an order; None for anything else."""
    bare = re.sub(r"[\s,.!?，。！？~～、…]+", "", text)
    spaced = re.sub(r"[\s,.!?，。！？~～、…]+", " ", text).strip()
    if not bare or not re.search(r"[一-龥A-Za-z0-9]", bare):
        return "empty"
    manners: tuple[tuple[Manner, re.Pattern[str]], ...] = (("greeting", _GREETING), ("thanks", _THANKS), ("identity", _IDENTITY))
    for manner, pattern in manners:
        if pattern.fullmatch(bare) or pattern.fullmatch(spaced):
            return manner
    if _ALTERS.search(text):
        return "alter"
    return "empty" if len(set(bare)) <= 2 and len(bare) >= 3 else None
