"""Files that are not imported: each with an error that says why, and nothing written. Among them hostile ones."""

import io
import random
import re
import struct
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest

from helpers import intake
from helpers.intake.matching import matcher
from helpers.intake.matching.model import IntakeError
from helpers.intake.readers import kinds
from helpers.intake.readers.limits import MAX_BYTES
from tests.intake import make


def package(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


def with_part(original: bytes, name: str, content: bytes) -> bytes:
    """A package with one part replaced."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(original)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return stream.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "'
    + b"x" * 50
    + b'">'
    + b"".join(b'<!ENTITY b%d "%s">' % (n, b"&b%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><a>&b11;</a>"
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


def encrypted_pdf() -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(make.pdf(make.tallying()))) as file:
        file.save(stream, encryption=pikepdf.Encryption(owner="a", user="b"))
    return stream.getvalue()


def scan(invisible: str = "") -> bytes:
    """A page that is one picture, with text over it that nobody sees, or none."""
    file = pikepdf.new()
    page = file.add_blank_page(page_size=(595, 842))
    page.Contents = file.make_stream(
        f"BT 3 Tr /F1 12 Tf 50 700 Td ({invisible}) Tj ET".encode() if invisible else b""
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def many_pages() -> bytes:
    file = pikepdf.new()
    for _ in range(80):
        file.add_blank_page()
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def looping_pages() -> bytes:
    file = pikepdf.new()
    file.add_blank_page()
    file.Root.Pages.Kids = pikepdf.Array([file.Root.Pages])
    stream = io.BytesIO()
    file.save(stream, fix_metadata_version=False)
    return stream.getvalue()


def endless_streams() -> bytes:
    """A PDF whose page unpacks to a gigabyte of drawing."""
    packed = zlib.compress(zlib.compress(b"q " * 60_000_000, 9), 9)
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    body += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n4 0 obj<</Length "
    body += (
        str(len(packed)).encode()
        + b"/Filter[/FlateDecode/FlateDecode]>>stream\n"
        + packed
        + b"\nendstream endobj\n"
    )
    return body + b"trailer<</Root 1 0 R>>\n%%EOF"


LINK = '<html><body><p>青禾县2024年政府信息公开工作年度报告</p><a href="/P020250120.pdf">点击下载</a></body></html>'

OLD_FORM = (
    "<html><body><p>青禾县2018年政府信息公开工作年度报告</p><p>一、概述</p><p>按要求编制。</p><p>二、主动公开情况</p><p>公开81条。</p>"
    "<p>三、依申请公开情况</p><p>收到1件。</p><p>四、复议、诉讼情况</p><p>没有。</p><p>五、存在的问题</p><p>更新不及时。</p><table>"
    + "".join(
        f"<tr><td>{label}</td><td>{unit}</td><td>1</td><td>3</td></tr>"
        for label, unit in {
            "指 标 名 称": "单位",
            "主动公开信息数": "条",
            "受理政府信息公开申请总数": "条",
            "对申请的答复总数": "条",
            "行政复议数": "件",
        }.items()
    )
    + "</table></body></html>"
)

REFUSED = {
    "empty": (b"", "空的"),
    "blank": (b"  \n\n ", "空的"),
    "another page": (
        "<html><body><p>青禾县召开会议。</p></body></html>".encode(),
        "不是政府信息公开工作年度报告",
    ),
    "another text": ("关于放假的通知。".encode(), "不是政府信息公开工作年度报告"),
    "only an attachment": (LINK.encode(), "P020250120.pdf"),
    "binary": (bytes(range(256)) * 50, "文本"),
    "form of 2018": (OLD_FORM.encode(), "2019 年以前的旧格式"),
    "form of 2018 as text": (re.sub(r"<[^>]*>", "\n", OLD_FORM).encode(), "2019 年以前的旧格式"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "图片"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版"),
    "encrypted Word": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "密码",
    ),
    "RTF": (rb"{\rtf1\ansi text}", "RTF"),
    "archive": (package(readme_txt=b"x"), "压缩包"),
    "OpenDocument": (package(content_xml=b"<a/>"), "OpenDocument"),
    "OFD": (package(OFD_xml=b"<a/>"), "OFD"),
    "truncated package": (make.word(make.tallying())[:9000], "已损坏"),
    "Word without a document": (package(word__document_xml=b"<a/>"), "已损坏"),
    "Word with broken XML": (
        with_part(make.word(make.tallying()), "word/document.xml", b"<w:document><w:body>"),
        "已损坏",
    ),
    "Excel with broken XML": (
        with_part(make.workbook(make.tallying()), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"),
        "已损坏",
    ),
    "entity bomb in Word": (with_part(make.word(make.tallying()), "word/document.xml", ENTITIES), "实体声明"),
    "external entity in Word": (
        with_part(make.word(make.tallying()), "word/document.xml", EXTERNAL),
        "实体声明",
    ),
    "external entity in Excel": (
        with_part(make.workbook(make.tallying()), "xl/workbook.xml", EXTERNAL),
        "实体声明",
    ),
    "entities hidden in UTF-16": (
        with_part(make.word(make.tallying()), "word/document.xml", EXTERNAL.decode().encode("utf-16")),
        "实体声明",
    ),
    "zip bomb": (
        with_part(make.word(make.tallying()), "word/document.xml", b"<a>" + b" " * 80_000_000),
        "过大",
    ),
    "zip of many parts": (package(**{f"word/p{n}": b"" for n in range(3000)}), "过大"),
    "endless nesting": (b"<html><body>" + b"<div>" * 100_000 + b"x", "嵌套过深"),
    "endless cells": (
        b"<html><table>"
        + b"<tr>"
        + b"<td rowspan=9999 colspan=9999>1</td>" * 50
        + b"</tr>"
        + b"<tr><td></tr>" * 3000,
        "过多",
    ),
    "encrypted PDF": (encrypted_pdf(), "密码"),
    "scan": (scan(), "扫描件"),
    "scan with recognised text": (scan("123 " * 40), "扫描件"),
    "truncated PDF": (make.pdf(make.tallying())[:3000], "PDF"),
    "PDF that is none": (b"%PDF-1.7\n" + b"x" * 500, "PDF"),
    "PDF of many pages": (many_pages(), "80 页"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_imported_is_refused_with_its_reason(name, tmp_path):
    content, why = REFUSED[name]
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(IntakeError, match=why):
        intake.read(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [looping_pages, endless_streams], ids=lambda one: one.__name__)
def test_a_pdf_made_to_exhaust_its_reader_is_given_up(content, tmp_path):
    path = tmp_path / "file.pdf"
    path.write_bytes(content())
    with pytest.raises(IntakeError):
        intake.read(path)


def test_a_page_of_two_hundred_megabytes_is_not_even_opened(tmp_path):
    path = tmp_path / "page.html"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    with pytest.raises(IntakeError, match="200 MB"):
        intake.read(path)


def test_a_page_at_the_limit_of_size_is_read_or_refused(tmp_path):
    path = tmp_path / "page.html"
    page = make.web(make.tallying()).replace(b"</body>", b"")
    path.write_bytes(page + b"<p>x</p>" * ((MAX_BYTES - len(page)) // 8))
    try:
        assert intake.read(path).figures == make.tallying()
    except IntakeError as error:
        assert "过多" in str(error)


def test_a_sheet_that_reaches_to_the_last_cell_is_refused(tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(make.workbook(make.tallying())))
    book.active["XFD1048576"] = 1
    book.save(tmp_path / "wide.xlsx")
    with pytest.raises(IntakeError, match="1048576 行"):
        intake.read(tmp_path / "wide.xlsx")


def test_paths_that_are_no_file_are_refused(tmp_path):
    with pytest.raises(IntakeError, match="找不到"):
        intake.read(tmp_path / "none.html")
    with pytest.raises(IntakeError, match="不是文件"):
        intake.read(tmp_path)


def test_the_name_does_not_decide_what_a_file_is(tmp_path):
    figures = make.distinct()
    for name, content in (
        ("a.pdf", make.web(figures)),
        ("a.html", make.word(figures)),
        ("a.docx", make.text(figures)),
    ):
        (tmp_path / name).write_bytes(content)
        assert intake.read(tmp_path / name).figures == figures


def test_scripts_and_external_references_in_a_page_do_nothing(tmp_path):
    hostile = (
        '<script>document.write("9")</script><link rel="stylesheet" href="file:///etc/passwd">'
        '<iframe src="http://127.0.0.1:9/x"></iframe><img src="file:///etc/passwd">'
    )
    page = make.page(
        {name: make.web_table(rows) for name, rows in make.grids(make.distinct()).items()}, head=hostile
    )
    path = tmp_path / "page.html"
    path.write_text("<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + page)
    report = intake.read(path)
    assert report.figures == make.distinct()
    assert "root:" not in intake.dumps(report.to_json())


# Fuzzing --------------------------------------------------------------------------------------------------------------

_ROUNDS = 120


def mangled(content: bytes, chance: random.Random) -> bytes:
    """Content with a few bytes changed, cut out, doubled or put in."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.choice([1, 10, 500])]
            case 2:
                data[place:place] = data[place : place + chance.choice([5, 200])]
            case 3:
                data[place:place] = chance.choice(
                    [
                        b"<table>",
                        b"</td>",
                        b"<td colspan=99999>",
                        b"\0",
                        b"]]>",
                        b"|",
                        b"9" * 40,
                        b"\xff\xfe",
                        b"<!--",
                    ]
                )
            case 4:
                data[place : place + 4] = struct.pack("<I", chance.choice([0, 2**31 - 1, 2**32 - 1]))
        data = data or bytearray(b"x")
    return bytes(data)


def inside(content: bytes, chance: random.Random) -> bytes:
    """A package in which one part is mangled, so that the bytes get past the unpacking."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = chance.choice([part for part in archive.namelist() if part.endswith(".xml")])
        return with_part(content, name, mangled(archive.read(name), chance))


@pytest.mark.parametrize(
    ("written", "mangle"),
    [
        (make.web, mangled),
        (make.text, mangled),
        (make.word, mangled),
        (make.word, inside),
        (make.workbook, inside),
    ],
)
def test_a_mangled_file_is_read_or_refused_and_nothing_else(written, mangle):
    chance = random.Random(20211)
    original = written(make.tallying())
    for _ in range(_ROUNDS):
        try:
            report = matcher.place(kinds.read(mangle(original, chance)))
        except IntakeError:
            continue
        intake.dumps(report.to_json())


def test_a_mangled_pdf_is_read_or_refused_and_nothing_else(tmp_path: Path):
    chance = random.Random(7)
    original = make.pdf(make.tallying())
    path = tmp_path / "file.pdf"
    for _ in range(12):
        path.write_bytes(mangled(original, chance))
        try:
            intake.read(path)
        except IntakeError:
            continue
