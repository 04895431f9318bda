"""Radicals that PDF files hold in place of the characters they look like (⼈⺠ → 人民)."""

from __future__ import annotations

import re
import unicodedata

# U+2E80 to U+2EF3; NFKC leaves them alone. Forms that are only a part of a character stand for the whole one.
_SUPPLEMENT = dict(
    zip(
        "⺀⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "冫厂乛乚乙亻冂几刀刂卜㔾小小尢尣尢尣巳幺彑彐忄心扌攵旡日月歹母民氵氺灬爪爫丬牛犭王疋目示礻竹糸纟罓罒罓罒网羊羊羊耂肀聿月臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门阝阝雨青韦页风飞食飠飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟亀龟",
        strict=True,
    )
)
_RADICAL = re.compile(r"[\u2e80-\u2ef3\u2f00-\u2fd5\uf900-\ufad9]")


def mended(text: str) -> str:
    """``text`` with each radical and compatibility ideograph replaced by its character; all else stays, code point for code point."""
    return _RADICAL.sub(lambda found: _SUPPLEMENT.get(found[0]) or unicodedata.normalize("NFKC", found[0]), text)
