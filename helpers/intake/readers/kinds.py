"""Bytes to a document: the kind of a file is told by its content, whatever its name says."""

import codecs
import re

from helpers.files import extras
from helpers.intake.matching.model import Document, IntakeError
from helpers.intake.readers.limits import MAX_BYTES, check_package

_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|table|div|p|span|h[1-6]|style|script)[\s>/]",
    re.IGNORECASE,
)
_ARCHIVED_PAGE = re.compile(
    rb"(?:From|MIME-Version|Subject|Snapshot-Content-Location)\s*:[^\n]*\n(?s:.){0,2000}?multipart/related",
    re.IGNORECASE,
)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
_PACKED = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_CONVERT = "请用 Word、WPS 或 Excel 打开，另存为 docx 或 xlsx 再导入"


def read(data: bytes) -> Document:
    """Read a file's content with the reader of its kind.

    Raises
    ------
    IntakeError
        It is empty, too large, damaged, encrypted, or of a kind that is not read.
    MissingExtraError
        Its reader needs packages that are not installed.
    """
    if not data.strip():
        raise IntakeError("文件是空的")
    if len(data) > MAX_BYTES:
        raise IntakeError(f"文件超过 {MAX_BYTES // 1_000_000} MB，不像一份年度报告，没有打开")
    if b"%PDF-" in data[:1024]:
        extras.require("import", "读 PDF 文件")
        from helpers.intake.readers import pdf_file

        return pdf_file.read(data)
    if data.startswith(b"PK\x03\x04"):
        return _read_package(data)
    _refuse_others(data)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # What Windows calls Unicode: its mark says more than the page's own declaration.
        data = codecs.BOM_UTF8 + data.decode("utf-16", errors="replace").encode()
    if _PAGE.search(data[:8192]) or _ARCHIVED_PAGE.match(data):
        from helpers.intake.readers import web_page

        return web_page.read(data)
    from helpers.intake.readers import plain_text

    return plain_text.read(data)


def _read_package(data: bytes) -> Document:
    names = set(check_package(data, "文件").namelist())
    if "word/document.xml" in names:
        extras.require("import", "读 Word 文件")
        from helpers.intake.readers import word_file

        return word_file.read(data)
    if "xl/workbook.xml" in names:
        from helpers.intake.readers import excel_file

        return excel_file.read(data)
    if "OFD.xml" in names:
        raise IntakeError("这是 OFD 版式文件，还不能读；请用 OFD 阅读器导出为 PDF 再导入")
    if "content.xml" in names:
        raise IntakeError(f"这是 OpenDocument 文件，还不能读；{_CONVERT}")
    raise IntakeError("这是压缩包，请解压后导入里面的文件")


def _refuse_others(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise IntakeError("文件加了密码，请去掉密码后再导入")
        raise IntakeError(f"这是旧版的 Office 或 WPS 文件（doc、xls、wps、et），还不能读；{_CONVERT}")
    if data.startswith(b"{\\rtf") or b"<w:wordDocument" in data[:4096]:
        raise IntakeError(f"这是 RTF 或 Word XML 文件，还不能读；{_CONVERT}")
    if data.startswith(_PICTURES):
        raise IntakeError("这是图片，没有文字层，读不出来；请向原机关要电子版，或者照着录入")
    if data.startswith(_PACKED):
        raise IntakeError("这是压缩包，请解压后导入里面的文件")
