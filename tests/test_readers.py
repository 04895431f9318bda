"""Files of every format → text: what is kept, what is left out, and what is said of a file that holds none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF

from index.read import read_documents
from index.readers.file import read_file
from index.readers.radicals import mended
from index.readers.reading import Read
from index.readers.word_numbers import numeral
from index.records import DocumentError

DATA = Path(__file__).parent / "data"
CITY = DATA / "pages/city.html"
CHINESE = "关于支持外贸企业开拓国际市场的通知\n一、支持参展，每家补助10万元。\n"


# encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_any_encoding(encoding: str) -> None:
    assert read_file(CHINESE.encode(encoding), "a.txt") == Read(CHINESE, "text/plain")


def test_traditional_text_in_big5() -> None:
    text = "關於支持外貿企業開拓國際市場的通知\n對企業參加境外展覽給予補助,每家企業全年不超過二十萬元,申請期限為三個月。\n" * 3
    assert read_file(text.encode("big5"), "a.txt").text == text


@pytest.mark.parametrize(
    ("declared", "real"), [("gb2312", "gb18030"), ("gb2312", "utf-8"), ("utf-8", "gb18030"), ("big5", "big5"), ("x-none", "utf-8")]
)
def test_page_that_declares_its_charset(declared: str, real: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body><p>本通知自印发之日起施行，有效期三年。</p></body></html>'
    text = "本通知自印行之日起施行" if real == "big5" else "本通知自印发之日起施行，有效期三年。"
    page = page.replace("本通知自印发之日起施行，有效期三年。", text)
    assert read_file(page.encode(real), "a.html").text == text + "\n"


# Markdown


def test_markdown_keeps_its_words() -> None:
    source = "---\ntitle: 某市外贸通知\ndate: 2024/5/6\n---\n# 某市外贸通知\n<!-- 草稿 -->\n![图](a.png)1\\. 见[附件](x(1).docx)。\n\n| 类型 | 比例 |\n|---|:-:|\n| 小微 | 50% |\n"
    read = read_file(source.encode(), "a.md")
    assert read.text == "# 某市外贸通知\n\n1. 见附件。\n\n| 类型 | 比例 |\n| 小微 | 50% |\n"
    assert (read.stated.title, read.stated.issued) == ("某市外贸通知", "2024-05-06")


# pages


def test_page_without_its_menus() -> None:
    text = read_file(CITY).text
    for junk in (
        "首页",
        "无障碍",
        "请输入",
        "搜索",
        "当前位置",
        "微信",
        "字号：大",
        "相关解读",
        "一图读懂",
        "打印",
        "网站标识码",
        "主办",
        "统计",
    ):
        assert junk not in text, junk
    assert text.startswith(
        "索 引 号： QZ000001/2024-00031 发文字号： 栖政办发〔2024〕17号\n发文机关： 栖泽市人民政府办公室 成文日期： 2024年6月7日\n"
    )
    assert "请认真贯彻落实。\n" in text
    assert "企业类型\t补助比例\t最高额（万元）\n小微企业\t首次投保100%\t10\n小微企业\t再次投保80%\t8\n其他企业\t50%\t30\n" in text
    assert text.endswith("附件：1.申报表\n2.承诺书\n")
    (document,) = read_documents([CITY])
    assert (document.title, document.number) == ("栖泽市人民政府办公室关于印发栖泽市稳外贸若干措施的通知", "栖政办发〔2024〕17号")
    assert (document.issuer, document.issued) == ("栖泽市人民政府办公室", "2024-06-07")
    assert [p.heading for p in document.parts if p.kind == "clause"] == ["支持开拓市场", "支持投保信保", None]


def test_old_page_laid_out_with_tables() -> None:
    (document,) = read_documents([DATA / "pages/ministry.html"])
    assert "海关法规" not in document.text
    assert "在线服务" not in document.text
    assert (document.title, document.number, document.issued) == (
        "琅屿海关关于调整加工贸易手册核销期限的公告",
        "琅屿海关公告2023年第4号",
        "2023-04-18",
    )
    assert [p.number for p in document.parts if p.kind == "clause"] == ["一、", "二、", "三、", "四、"]


def test_page_of_questions_with_numbered_list() -> None:
    text = read_file(DATA / "pages/guide.html").text
    assert text.split("\n")[:2] == ["砾湾经济技术开发区跨境电商资金申报问答", "来源：开发区商务局　发布时间：2025年3月2日"]
    assert "1. 申报表；\n2. 营业执照复印件；\n3. 报关单汇总表。\n" in text
    assert "每年4月1日至4月30日" in text
    assert "热门文章" not in text


def test_title_outside_the_article_and_in_the_tags_alone() -> None:
    page = "<html><head><title>某江市关于稳外贸的通知_某江市人民政府网</title></head><body><div>{}<div><p>支持企业参加境外展会，按展位费的一半给予补助，每家不超过10万元。</p></div></div></body></html>"
    assert read_file(page.format("").encode(), "a.html").text.split("\n")[0] == "某江市关于稳外贸的通知"
    assert read_file(page.format("<h1>某江市稳外贸通知</h1>").encode(), "a.html").text.split("\n")[0] == "某江市稳外贸通知"


def test_page_saved_as_one_file() -> None:
    page = CITY.read_text("utf-8")
    whole = f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{page}\r\n--x--\r\n'
    assert read_file(whole.encode(), "a.mhtml").text == read_file(CITY).text


def test_page_without_text() -> None:
    with pytest.raises(DocumentError, match="no text in the page"):
        read_file(b"<html><body><nav><a href='/'>home</a></nav><script>load()</script></body></html>", "a.html")


# PDF


def test_pdf_with_pages_table_and_wrapped_lines() -> None:
    read = read_file(DATA / "pdf/notice.pdf")
    source = (DATA / "pdf/notice.html").read_text("utf-8")
    assert "政策汇编" not in read.text, "a running head"
    assert "—" not in read.text, "a page number"
    assert "为促进外贸高质量发展，人民政府决定安排专项资金" in read.text, "⼈⺠ are mended"
    assert "企业类型\t补助比例\t最高额\n小微企业\t100%\t10万元\n其他企业\t50%\t30万元\n" in read.text
    for paragraph in source.split("<p>")[2:7]:
        assert "\n" + paragraph.split("<")[0] + "\n" in read.text
    assert (len(read.pages), read.pages[0]) == (2, 0)
    assert read.text[read.pages[1] :].startswith("四、申报时间和方式。")
    assert [read.page_at(read.text.index(word)) for word in ("滁榆", "三、支持", "四、申报", "2025年6月9日")] == [1, 1, 2, 2]
    (document,) = read_documents([DATA / "pdf/notice.pdf"])
    assert (document.title, document.issuer, document.issued) == (
        "滁榆市商务局关于申报2025年度外贸发展资金的通知",
        "滁榆市商务局",
        "2025-06-09",
    )
    assert [p.number for p in document.parts if p.kind == "clause"] == ["一、", "二、", "三、", "四、", "五、", "六、"]


def scan(**options: Any) -> bytes:
    from PIL import Image

    pdf = FPDF()
    for name, value in options.items():
        getattr(pdf, name)(**value)
    pdf.add_page()
    pdf.image(Image.new("L", (40, 40), 128), 10, 10, 100)
    return bytes(pdf.output())


def test_scan_says_so() -> None:
    with pytest.raises(DocumentError, match=r"扫描件.*OCR"):
        read_file(scan(), "a.pdf")


def test_encrypted_pdf_says_so() -> None:
    with pytest.raises(DocumentError, match="PDF is encrypted"):
        read_file(scan(set_encryption={"owner_password": "a", "user_password": "b"}), "a.pdf")


def test_page_that_is_a_picture_is_named() -> None:
    from PIL import Image

    pdf = FPDF()
    pdf.set_font("helvetica")
    for picture in (False, True, False):
        pdf.add_page()
        if picture:
            pdf.image(Image.new("L", (40, 40), 128), 10, 10, 100)
        else:
            pdf.cell(text=f"Subsidy for exporters, part {pdf.page * 'I'}")
    read = read_file(bytes(pdf.output()), "a.pdf")
    assert (len(read.pages), read.blank_pages) == (3, (2,))


def test_radicals_of_both_blocks() -> None:
    assert mended("⼈⺠政府⻓期⻔类⻛险，５％①") == "人民政府长期门类风险，５％①"


# Word


def word(build: Any) -> bytes:
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


LEVELS = (
    ("chineseCountingThousand", "%1、", "nothing"),
    ("chineseCounting", "（%2）", "nothing"),
    ("decimal", "%3.", "tab"),
    ("decimalEnclosedCircle", "%4", "space"),
)


def with_numbering(document: Any, *starts: int) -> None:
    """List 77 with the levels 一、（一）1. ①, and one more for each start that is given."""
    root = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{make}"/><w:suff w:val="{suffix}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (make, text, suffix) in enumerate(LEVELS)
    )
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for n, start in enumerate(starts, 78):
        override = f'<w:lvlOverride w:ilvl="2"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{n}"><w:abstractNumId w:val="77"/>{override}</w:num>'))


def numbered(document: Any, text: str, level: int, number: int = 77) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'))


def test_word_numbers_that_no_run_holds() -> None:
    def build(document: Any) -> None:
        with_numbering(document, 1)
        document.add_paragraph("某江市稳外贸若干措施")
        for text, level in (
            ("拓市场", 0),
            ("支持参展", 1),
            ("甲类", 2),
            ("境内", 3),
            ("境外", 3),
            ("乙类", 2),
            ("支持投保", 1),
            ("降成本", 0),
            ("减免费用", 1),
        ):
            numbered(document, text, level)
        numbered(document, "另起", 2, 78)

    assert read_file(word(build), "a.docx").text.split("\n") == [
        "某江市稳外贸若干措施", "一、拓市场", "（一）支持参展", "1. 甲类", "① 境内", "② 境外", "2. 乙类", "（二）支持投保", "二、降成本", "（一）减免费用", "1. 另起", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "make", "written"),
    [
        (1, "chineseCounting", "一"), (10, "chineseCounting", "十"), (12, "chineseCountingThousand", "十二"), (20, "chineseCounting", "二十"),
        (105, "chineseCountingThousand", "一百零五"), (110, "chineseCountingThousand", "一百一十"), (3, "chineseLegalSimplified", "叁"),
        (7, "decimalEnclosedCircleChinese", "⑦"), (3, "decimalFullWidth", "３"), (4, "upperRoman", "IV"), (28, "lowerLetter", "bb"), (2, "ideographTraditional", "乙"),
    ],
)  # fmt: skip
def test_word_number_formats(value: int, make: str, written: str) -> None:
    assert numeral(value, make) == written


def test_word_tables_boxes_and_changes() -> None:
    box = (
        f'<w:p {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:t>见框：</w:t></w:r><w:r><w:pict><v:shape><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>咨询电话：0000-1234567</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )
    changed = (
        f"<w:p {nsdecls('w')}><w:r><w:t>补助</w:t></w:r><w:del><w:r><w:delText>5</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>10</w:t></w:r></w:ins><w:r><w:t>万元。</w:t></w:r></w:p>"
    )

    def build(document: Any) -> None:
        table = document.add_table(3, 3)
        for row, texts in zip(table.rows, (("类型", "比例", "上限"), ("小微企业", "100%", "10"), ("", "80%", "8")), strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        body = document.element.body
        for xml in (box, changed):
            body.insert(len(body) - 1, parse_xml(xml))

    assert (
        read_file(word(build), "a.docx").text
        == "类型\t比例\t上限\n小微企业\t100%\t10\n小微企业\t80%\t8\n见框：\n咨询电话：0000-1234567\n补助10万元。\n"
    )


# what is no document


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (zipped("xl/workbook.xml"), "a.xlsx", "XLSX is not read"),
        (zipped("OFD.xml"), "a.ofd", "OFD is not read"),
        (zipped("word/document.xml"), "a.docx", "broken, open it in Word"),
        (b"PK\x03\x04broken", "a.docx", "file is broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "a.doc", "DOC / WPS is not read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted"),
        (b"{\\rtf1 x}", "a.rtf", "RTF is not read"),
        (b"\x89PNG\r\n\x1a\n", "a.png", "picture without text"),
        (b"plain words", "a.pdf", "broken, or no PDF"),
        (b"%PDF-1.7 x", "a.pdf", "PDF is broken"),
        (word(lambda document: None), "a.docx", "no text in the file"),
    ],
)
def test_says_what_to_do_with_a_file_that_is_not_read(data: bytes, name: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        read_file(data, name)


def test_a_missing_library_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "selectolax.lexbor", None)
    with pytest.raises(DocumentError, match=r"selectolax: pip install .*\[formats\]"):
        read_file(b"<html><body><p>x</p></body></html>", "a.html")


def test_one_name_in_two_formats(tmp_path: Path) -> None:
    (tmp_path / "notice.txt").write_text("通知甲\n", "utf-8")
    (tmp_path / "notice.md").write_text("通知乙\n", "utf-8")
    (tmp_path / "other.htm").write_text("<html><body><p>通知丙</p></body></html>", "utf-8")
    assert [d.id for d in read_documents([tmp_path])] == ["notice.md", "notice.txt", "other"]
