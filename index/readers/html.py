"""HTML saved from government sites: the article with its title and what the page states of it, without the rest.

The article is the innermost element that holds nearly all running text once menus, footers and share bars are
gone; lines of metadata (发文字号：…) outside it are kept above it.
"""

from __future__ import annotations

import email
import email.policy
import re
from typing import Any

from index.readers.decode import decoded
from index.readers.markup import children, lines
from index.readers.reading import Read, Stated, iso_day, missing
from index.records import DocumentError

MEDIA_TYPE = "text/html"

_DROPPED = (
    "script, style, noscript, template, iframe, object, embed, svg, canvas, audio, video, form > fieldset, select, button, input, textarea, nav, aside, "
    "footer, [hidden], [role=navigation], [role=banner], [role=contentinfo], [role=search]"
)
_JUNK = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|submenu|topbar|top-bar|top|toolbar|tools?|head|header|foot|footer|bottom|copyright|crumbs?|breadcrumbs?|"
    r"breadcrumb-nav|position|location|dqwz|wz|weizhi|share|bdsharebuttonbox|jiathis|bshare|sharebar|social|side|sidebar|sider|leftnav|related|relate|xgwd|xgyd|"
    r"recommend|hot|pager|pagination|page-nav|prevnext|sxp|search|searchbox|login|language|accessibility|wza|links?|friendlinks?|yqlj|qrcode|ewm|erweima|"
    r"print|close|fontsize|banner|ad|ads|float|fixed|popup|cookie|cookies|comment|comments|app-download|weixin|wechat)(?:$|[-_ ])",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})|<\?xml[^>]{0,80}encoding=["']([A-Za-z0-9_\-]{2,20})""", re.I
)
_METADATA = re.compile(
    r"(?:索\s?引\s?号|主题分类|分\s?类|发文机关|发布机构|发布单位|公开主体|发文字号|文\s?号|成文日期|发文日期|生成日期|发布日期|发布时间|公开日期|印发日期|有效期|有效性|"
    r"施行日期|废止日期|信息来源|来\s?源|标\s?题|名\s?称|主\s?题\s?词|时间|日期)\s*[\]】]?\s*[：:]"
)
_SITE = re.compile(r"\s*[-_|—–－>]{1,2}\s*[^-_|—–－>]{0,40}(?:政府|门户|网站|网|局|委|厅|部|署|海关|中心|公报)[^-_|—–－>]{0,12}$")
_TAGS = {
    "title": ("articletitle", "og:title", "dc.title"), "number": ("documentnumber", "wh", "filenum"),
    "issuer": ("contentsource", "source", "og:article:author"), "issued": ("pubdate", "publishdate", "article:published_time", "others"),
}  # fmt: skip
_NEARLY_ALL = 0.93  # of the running text that the article must hold
_MOST = 0.5  # of the page's text: an element that holds so much is no menu, whatever its class says
_PIECES = frozenset(["p", "span", "font", "strong", "b", "i", "em", "u", "tr", "tbody", "thead", "table", "h1", "h2", "h3", "h4"])
_LONG = 14  # code points; a shorter line without a stop is no running text


def read_html(data: bytes, name: str) -> Read:
    """The article of a saved page. Raises DocumentError where the page holds no text of its own."""
    found = _CHARSET.search(data[:4096])
    declared = (found[1] or found[2]).decode("ascii") if found else None
    return _article(decoded(data, name, declared), name)


def read_mhtml(data: bytes, name: str) -> Read:
    """A page saved as one file (.mht, .mhtml): its first part of HTML."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return _article(decoded(payload, name, part.get_content_charset()), name)
    raise DocumentError(f"文件里没有网页：{name}", f"no page in the file: {name}")


def _article(source: str, name: str) -> Read:
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ImportError as error:
        raise missing("selectolax", "HTML") from error
    tree = LexborHTMLParser(source)
    root = tree.body or tree.root
    if root is None:
        raise _nothing(name)
    stated = _stated(tree)
    heads = [" ".join(lines(node)) for node in root.css("h1") if not node.css("img, a")]
    above = _metadata_lines(root)
    _clean(root)
    article = _innermost(root)
    text = lines(article)
    while text and not text[0].strip():
        text.pop(0)
    if not any(line.strip() for line in text):
        raise _nothing(name)
    flat = re.sub(r"\s", "", "".join(text))
    title = next((t for t in (*heads, stated.title) if t and len(t) >= 4), None)
    top: list[str] = []
    if title and re.sub(r"\s", "", title) not in flat[: 600 + len(title)]:
        top = [title.strip(), ""]
    kept = [line for line in above if re.sub(r"\s", "", line) not in flat]
    if kept:
        top = [*kept, "", *top]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join([*top, *text])).strip("\n")
    return Read(body + "\n", MEDIA_TYPE, stated=stated)


def _nothing(name: str) -> DocumentError:
    return DocumentError(
        f"网页里没有正文，可能由脚本载入；请在浏览器中打开后另存：{name}",
        f"no text in the page, a script may load it; open it in a browser and save it again: {name}",
    )


def _stated(tree: Any) -> Stated:
    tags: dict[str, str] = {}
    for node in tree.css("meta"):
        key, value = (node.attributes.get("name") or node.attributes.get("property") or "").lower(), node.attributes.get("content")
        if key and value and value.strip():
            tags.setdefault(key, " ".join(value.split()))
    found = {field: next((tags[key] for key in keys if key in tags), None) for field, keys in _TAGS.items()}
    title = found["title"]
    if not title and (node := tree.css_first("title")) is not None:
        title = " ".join(node.text().split()) or None
    return Stated(title and (_SITE.sub("", title) or title), found["number"], found["issuer"], iso_day(found["issued"] or ""))


def _metadata_lines(root: Any) -> list[str]:
    """The lines above the article that state its number, its office, its day; each once, in order."""
    kept: dict[str, None] = {}
    for line in lines(root):
        flat = " ".join(line.replace("\t", " ").split())
        if len(flat) > 300:
            break
        if _METADATA.search(flat) and len(flat) <= 160:
            kept[
                re.sub(r"\s*(?:字体|字号[：:]?\s*[\[【]?大|浏览|点击|阅读|访问|打印|分享|收藏|保护视力)[^：:]{0,4}[：:\s].*$", "", flat)
            ] = None
    return [line for line in kept if line]


def _clean(root: Any) -> None:
    """Take out what is no text and what is named like a menu, unless it holds most of the page."""
    for node in root.css(_DROPPED):
        node.decompose()
    whole = max(1, len(root.text()))
    for node in root.css("[class], [id], [style]"):
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if node.tag == "body" or not (_JUNK.search(names) or _HIDDEN.search(node.attributes.get("style") or "")):
            continue
        if len(node.text()) < _MOST * whole and not node.css("h1"):
            node.decompose()
    for node in root.css("ul, ol, div, dl, table, td"):
        if node.tag != "body" and _links_only(node):
            node.decompose()


def _links_only(node: Any) -> bool:
    """A list of links to other pages; links to files (attachments) stay."""
    links = node.css("a")
    if len(links) < 3 or any(
        re.search(r"\.(?:docx?|xlsx?|pdf|wps|et|ofd|zip|rar)\b|附件", f"{a.attributes.get('href') or ''} {a.text()}", re.I) for a in links
    ):
        return False
    linked = sum(len(a.text().strip()) for a in links)
    return linked >= 0.7 * max(1, len(re.sub(r"\s", "", node.text())))


def _innermost(root: Any) -> Any:
    """The innermost element that holds nearly all running text."""
    weights: dict[int, int] = {}

    def weigh(node: Any) -> int:
        if node.tag == "a":
            total = 0
        else:
            own = "".join(child.text_content or "" for child in children(node) if child.tag == "-text")
            flat = re.sub(r"\s", "", own)
            total = len(flat) if len(flat) >= _LONG or re.search("[。；：]", flat) else len(flat) // 4
            total += sum(weigh(child) for child in children(node) if child.tag != "-text")
        weights[node.mem_id] = total
        return total

    whole = weigh(root)
    path = [root]
    while child := next((c for c in children(path[-1]) if weights.get(c.mem_id, 0) >= _NEARLY_ALL * whole), None):
        path.append(child)
    while path[-1].tag in _PIECES:  # a paragraph or a row of a table is no article; a cell may be one
        path.pop()
    return path[-1]
