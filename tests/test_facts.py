"""What a notice says of itself; what it does not say is None."""

from __future__ import annotations

import pytest

from index.read import parse
from index.records import Document

BODY = "各有关单位：\n现将有关事项通知如下。\n一、支持参展。对企业给予补助。\n二、支持信保。对保费给予补助。\n"


def notice(head: str = "某江市商务局关于外贸的通知\n", tail: str = "") -> Document:
    return parse(head + BODY + tail, "x.txt", "x")


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("某商发〔2023〕12号", "某商发〔2023〕12号"),
        ("某商字[2023]22号", "某商字[2023]22号"),
        ("某商发【2020】11号", "某商发【2020】11号"),
        ("某商发（2021）5 号", "某商发（2021）5号"),
        ("2024年 第12号", "2024年第12号"),
        ("2020年第4号", "2020年第4号"),
        ("（某商发〔2023〕12号）", "某商发〔2023〕12号"),
    ],
)
def test_number(line: str, number: str) -> None:
    assert notice(f"某江市商务局关于外贸的通知\n{line}\n").number == number


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2024年3月1日", "2024-03-01"),
        ("二〇二三年五月十日", "2023-05-10"),
        ("二○二一年十二月三十一日", "2021-12-31"),
        ("２０２４年３月１日", "2024-03-01"),
        ("2025年3月7日印", "2025-03-07"),
        ("2024年13月1日", None),
        ("", None),
    ],
)
def test_issued(line: str, day: str | None) -> None:
    assert notice(tail=f"\n某江市商务局\n{line}\n").issued == day


@pytest.mark.parametrize(
    ("office", "region"),
    [
        ("某江市商务局", "某江"),
        ("澜江省人民政府办公厅", "澜江"),
        ("墨柏县商务局", "墨柏县"),
        ("桉洛自治州商务局", "桉洛自治州"),
        ("栎原自治县人民政府", "栎原自治县"),
        ("沧桐新区管委会", "沧桐新区"),
        ("箬溪经济技术开发区商务局", "箬溪经济技术开发区"),
        ("商务部", "全国"),
        ("国务院办公厅", "全国"),
    ],
)
def test_region_of_the_office(office: str, region: str) -> None:
    document = notice(f"{office}关于外贸的通知\n", f"\n{office}\n2024年3月1日\n")
    assert (document.issuer, document.region) == (office, region)


@pytest.mark.parametrize(
    ("mark", "status"),
    [("（征求意见稿）", "draft"), ("(送审稿)", "draft"), ("（节选）", "abridged"), ("（试行）", None), ("", None)],
)
def test_status(mark: str, status: str | None) -> None:
    document = notice(f"某江市促进外贸若干措施{mark}\n")
    assert document.status == status
    assert (document.status_span.of(document.text) if document.status_span else None) == (mark if status else None)


def test_nothing_is_filled_in() -> None:
    document = parse("支持企业参展，每家补助10万元。\n", "x.txt", "x")
    assert (document.title, document.number, document.issuer, document.region, document.issued, document.status) == (None,) * 6
    assert (document.addressees, document.contact, document.attachment_title) == (None,) * 3


def test_page_head_names_issuer_and_day() -> None:
    document = notice("首页 > 政策\n关于外贸的通知\n来源：某江市商务局    发布时间：2025-06-18 09:42\n")
    assert (document.issuer, document.issued) == ("某江市商务局", "2025-06-18")


def test_signature_precedes_the_line_of_print() -> None:
    tail = "\n某江市商务局\n2024年3月1日\n\n抄送：市委办公室。\n某江市商务局办公室　　2024年3月5日印发\n"
    document = notice(tail=tail)
    assert (document.issuer, document.issued) == ("某江市商务局", "2024-03-01")


def test_addressees_and_contact() -> None:
    document = notice(tail="（联系人：张某；联系电话：010-1234567）\n")
    assert (document.addressees, document.contact) == ("各有关单位", "联系人：张某；联系电话：010-1234567")


def test_customs_announcement_with_its_subject_in_brackets() -> None:
    document = parse(
        "泠洲海关公告\n2024年第12号\n（关于调整申报要求的公告）\n一、企业应当如实申报。\n二、本公告自印发之日起施行。\n", "x", "x"
    )
    assert (document.title, document.number, document.issuer) == ("（关于调整申报要求的公告）", "2024年第12号", "泠洲海关")
