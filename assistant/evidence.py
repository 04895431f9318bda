"""Which kinds of fact a question asks for, and which of them a sentence states. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from index.figures import figures

Kind = Literal[
    "percent", "money", "duration", "date", "count", "contact", "units", "list", "place", "procedure", "names",
    "materials", "conditions", "support",
]  # fmt: skip
KINDS: tuple[Kind, ...] = ("percent", "money", "duration", "date", "count", "contact", "units", "list", "place", "procedure", "names")
"""The kinds that the ranking looks at; the others are only demanded."""
VALUE_KINDS: frozenset[Kind] = frozenset({"percent", "money", "duration", "date", "count"})

_ASKED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "percent",
        re.compile(r"比例|几成|百分之几|百分比|几个点|[费利税息]率|一半|\bpercent|\brates?\b|what share|proportion|how much of the", re.I),
    ),
    (
        "money",
        re.compile(
            r"多少(?:钱|元|万|块|美元|美金|资金)|几(?:万|百|千|块)|[补奖给报贴返领拿贷助励付偿]多少|多少补|金额|上限|封顶|最高|最多|限额|额度|定额|多大一?笔|"
            r"how much|\bcap\b|\bcapped\b|ceiling|maximum|\bamount|how big",
            re.I,
        ),
    ),
    (
        "duration",
        re.compile(
            r"几天|几日|多久|几个(?:工作日|月|小时|钟头)|多长时间|多少天|几年|多少个?工作日|时限|期限|有效期|多快|[谁更最个]快|时效|"
            r"how (?:long|fast|quick|soon|many (?:working |business )?days)|processing time|turnaround|faster|fastest|quicker",
            re.I,
        ),
    ),
    (
        "date",
        re.compile(
            r"什么时候|啥时候|何时|截止|哪天|哪一?年|几月|几号|到哪(?:天|年|月)|到什么时候|什么日子|\bwhen\b|deadline|until when|by what date|closing date|what date",
            re.I,
        ),
    ),
    (
        "count",
        re.compile(
            r"多少(?:家|个|人|名|户|场|次|项|台|辆|箱|种)|(?<!哪)几(?:家|人|名|户|场|次|项|台|辆|种|个(?!点|工作日|月|小时|钟头))|数量|how many(?! (?:working |business )?days)",
            re.I,
        ),
    ),
    (
        "contact",
        re.compile(r"电话|热线|联系人|联系方式|邮箱|传真|号码|phone|hotline|telephone|e-?mail|contact (?:person|number|details)", re.I),
    ),
    (
        "units",
        re.compile(
            r"(?:哪|什么)(?:个|些|几个?|家|几家)?(?:部门|单位|局|委|机构|衙门|部委|厅)|谁(?:负责|管|牵头|来管|主管|分工|落实|批|审)|归谁|由谁|找谁|责任(?:单位|部门)|牵头|归口|"
            r"\bwho\b|which (?:ministry|department|agenc|authorit|bureau|office|unit|body|bodies)",
            re.I,
        ),
    ),
    (
        "list",
        re.compile(
            r"哪些|哪几|哪种|分别是|都有什么|包括什么|名单|清单|what (?:are|kinds?|types?|documents|conditions)|\bwhich\b|list of|\bname(?:s)? of\b",
            re.I,
        ),
    ),
    (
        "names",
        re.compile(
            r"哪(?:几|些)?家(?:合作|经办)?(?:银行|机构|公司|会计师?事务所|事务所|保险)|(?:银行|机构|公司|企业|名单上?|事务所)(?:都)?(?:有|是)(?:哪些|哪几家|哪家|谁)|叫什么(?:名字|名称)?|"
            r"分别(?:是|叫)(?:哪|谁|什么(?:银行|机构|公司|企业|名))|分别在哪|哪几个国家|which (?:banks|companies|firms|countries)|\bnames? of (?:the )?(?:bank|compan|firm|accounting)",
            re.I,
        ),
    ),
    ("place", re.compile(r"在哪|哪里|哪儿|地址|什么地方|几号楼|窗口|平台|网站|where\b|address|portal|website", re.I)),
    (
        "procedure",
        re.compile(
            r"怎么(?:申请|办|报|弄|交|填|领|走)|如何(?:申请|办理|申报)|流程|手续|材料|how (?:do|can|to|should)\b|procedure|what do (?:i|we) need|documents",
            re.I,
        ),
    ),
)

_DEMANDED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "percent",
        re.compile(
            r"比例|几成|百分之几|百分比|几个点|[费利税息]率(?:是|为|多少|几)|percentage|what (?:interest |premium |subsidy )?rate", re.I
        ),
    ),
    (
        "money",
        re.compile(
            r"多少(?:万|亿)?元|多少钱|多少万|几万|几元|多少(?:万|亿)?美[元金]|限额|有(?:没有)?(?:上限|封顶)|上限(?:是|为)?多少|封顶(?:是|为)?多少|最高多少|how many (?:yuan|rmb|dollars)|how much does .{0,40} (?:pay|reward|give)",
            re.I,
        ),
    ),
    ("duration", re.compile(r"几个工作日|几天(?!能|可)|多少个?(?:工作日|天)|how many (?:working |business )?days", re.I)),
    (
        "count",
        re.compile(
            r"多少(?:家|个(?!工作日)|人|名|户|台|辆|场)|(?<!哪)几(?:家|名|户|台|辆)(?!银行|机构|公司|企业|单位|部门)|how many (?:companies|firms|people|staff)",
            re.I,
        ),
    ),
    ("contact", re.compile(r"电话|热线|联系人|联系方式|邮箱|phone|hotline|telephone|e-?mail", re.I)),
)

_DEMANDED += tuple((kind, pattern) for kind, pattern in _ASKED if kind == "names")
# A sum or a share answers "补多少".
_DEMANDED += tuple(
    (kind, re.compile(r"(?:给|补|奖|贴|资助)多少(?!家|个|人|次|项|天)|多少(?:补贴|补助|奖励|贴息|资助)")) for kind in ("money", "percent")
)
_DEMANDED += (
    (
        "materials",
        re.compile(
            r"(?:什么|哪些|啥|哪几[样种份])(?:[一-龥]{0,4})?(?:材料|资料|单据|证件|表格)|(?:材料|资料)(?:清单|有哪些|是什么|要什么)|"
            r"(?:what|which) (?:\w+ )?(?:documents|papers|paperwork|materials|forms)\b(?! (?:say|state|cover|mention))",
            re.I,
        ),
    ),
    (
        "conditions",
        re.compile(
            r"(?:什么|哪些|啥|哪几[个条样])(?:条件|标准|门槛|资格)|(?:what|which) (?:conditions|criteria|requirements|standards)\b", re.I
        ),
    ),
    ("support", re.compile(r"有(?:没有|无)?(?:什么|哪些|啥)?[一-龥]{0,6}(?:补贴|补助|奖励|资助|贴息)(?:吗|么|嘛|没有?|[?？]|$)")),
)

_HOW_TO_APPLY = re.compile(
    r"(?:怎么|怎样|如何|咋)(?:去)?(?:申请|申报|办理|报名|申领|领取?)|(?:申请|申报|办理|报名)(?:流程|程序|步骤|方法|手续)|"
    r"how (?:do|can|should|to) ?(?:i|we|you|one|a \w+)? ?(?:apply|claim|register|file)",
    re.I,
)
_UNITS_OF: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("percent", re.compile(r"[%％‰]|百分|成$|百分点|基点|分之")),
    ("money", re.compile(r"元|美金|英镑|欧元|卢布|万$|亿$")),
    ("date", re.compile(r"\d\s*年.*月|月.*日|年底|年末|\d{4}\s*年")),
    ("duration", re.compile(r"工作日|天|小时|个月|周年|[两一二三四五六七八九十\d]\s*年|日内|季度|分钟")),
    ("count", re.compile(r"家|个|人|名|户|场|次|项|台|辆|箱|种|平方米|吨|件|张|份|批|万?亩|倍")),
)
_CONTACT = re.compile(r"\d{3,4}[-－—]\d{7,8}|(?<!\d)1\d{10}(?!\d)|(?<!\d)\d{7,8}(?!\d)|[\w.]+@[\w.]+|(?<!\d)12\d{3}(?!\d)")
_NAMED = re.compile(
    r"(?:(?<![一-龥])|(?<=[由经与和向]))(?!.{0,4}(?:合作|经办|商业|第三方|各|有关|相关|专业|龙头|骨干|外贸|服务|生产|承运|成员|会计师事务|保险|担保|货代|物流|船|航运|租赁|上市))(?:(?!委托|会同|联合|通过|[由经与和向对的])[一-龥]){2,10}(?<!会计师)(?:银行|公司|集团|事务所|大学|学院)(?![一-龥]{0,3}(?:可以|应当|按|获得))|(?:[一-龥]{2,6}、){2,}[一-龥]{2,6}等?(?:国家|国|县|区)"
)
_MATERIALS = re.compile(r"材料|凭|提交|报送|申[报请][表书]|发票|合同|凭证|证明|证书|复印件|报关单|单据|承诺书|报告")
_CONDITIONS = re.compile(
    r"条件|以上|以内|以下|不[低少超高]|至少|须|应当?|具备|满足|符合|取得|要求|属于|达到|的[，,]|一是|[（(]?[一1][)）]|标准"
)
_SUPPORT = re.compile(r"补(?![充救报办录交缴正齐])|奖|资助|贴息|扶持|支持|优惠|减[免按半]|免[收征除费]|全额|返还|退还|承担|[%％]|元")
_PLACE = re.compile(r"平台|网站|系统|窗口|专窗|大厅|路\d*号|小程序|邮寄|报送|提交|登录|“单一窗口”|公众号")
_PROCEDURE = re.compile(r"申报|申请|提交|填报|受理|材料|凭|审核|备案|办理|登录|报送|初审|公示|拨付")
_STATING: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("contact", _CONTACT),
    ("names", _NAMED),
    ("place", _PLACE),
    ("procedure", _PROCEDURE),
    ("materials", _MATERIALS),
    ("conditions", _CONDITIONS),
    ("support", _SUPPORT),
)


@lru_cache(maxsize=256)
def asked(text: str) -> frozenset[Kind]:
    """The kinds of fact that a question asks for; empty where it asks for none in particular."""
    return frozenset(kind for kind, pattern in _ASKED if pattern.search(text))


@lru_cache(maxsize=256)
def demanded(text: str) -> frozenset[Kind]:
    """The kinds of fact that a question names outright: an answer without any of them is none."""
    return frozenset(kind for kind, pattern in _DEMANDED if pattern.search(text))


def kinds_of_figure(figure: str) -> frozenset[Kind]:
    """What a figure is by its unit: 50% a percent, 每辆1500元 money."""
    return frozenset(kind for kind, pattern in _UNITS_OF if pattern.search(figure))


@lru_cache(maxsize=8192)
def stated(text: str, names_units: bool = False) -> frozenset[Kind]:
    """The kinds of fact that a sentence states; ``names_units`` where it is a line of responsible units."""
    found: set[Kind] = set()
    for span in figures(text, 0, len(text)):
        found |= kinds_of_figure(span.of(text))
    if re.search(r"按[月季年]|每[月季年周]", text):
        found.add("duration")
    if "全额" in text or "全免" in text or "免收" in text or "减半" in text:
        found |= {"percent", "money"}
    if names_units or re.search(r"[一-龥]{1,12}(?:局|委|厅|部门|海关|银行)(?:牵头|负责|会同|受理|审核|办理)", text):
        found.add("units")
    if text.count("、") >= 2 or text.count("；") >= 2 or re.search(r"一是|[（(][一二1][）)]|①", text):
        found.add("list")
    found |= {kind for kind, pattern in _STATING if pattern.search(text)}
    return frozenset(found)


def tabled(text: str) -> frozenset[Kind]:
    """The kinds of fact that a table states through the units in its heading row: 现标准（元）, 比例（%）."""
    heading, _, rows = text.strip().partition("\n")
    if not re.search(r"\d", rows):
        return frozenset()
    units = re.findall(r"[（(]([^（()）]{1,6})[)）]", heading)
    return frozenset(kind for unit in units for kind, pattern in _UNITS_OF if pattern.search(unit))


def asks_how_to_apply(text: str) -> bool:
    """The question asks for the way to get something, not for what there is."""
    return bool(_HOW_TO_APPLY.search(text))
