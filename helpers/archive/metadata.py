"""What an archive wants to know of a set: elements of DA/T 46—2009 as far as this program knows their values.

The table of what is given and what the archive fills in itself stands in ``docs/zh/存档元数据.md``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from helpers.report.folder import Report

__all__ = ["FORMATS", "File", "metadata_xml"]

FORMATS = {
    ".html": "HTML 5，UTF-8；text/html",
    ".pdf": "PDF/A-3a，PDF/UA-1；application/pdf",
    ".docx": "Office Open XML；application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".json": "JSON，UTF-8；application/json",
}
"""M47 格式信息: name and MIME type of each output, as the program made it."""


@dataclass(frozen=True)
class File:
    """An output: its name in the package, its length in bytes, its SHA-256."""

    name: str
    length: int
    digest: str


def metadata_xml(
    report: Report, identity: str, pages: int, program: str, files: Sequence[File], signatures: Sequence[str]
) -> bytes:
    """Return the elements as XML, each with its number in the standard.

    Parameters
    ----------
    identity
        What names this set and no other.
    pages
        Of the PDF; 0 where there is none.
    program
        What made the outputs, with versions.
    files
        The outputs.
    signatures
        What is said of each signature of the PDF.
    """
    root = etree.Element("电子文件元数据", {"依据": "DA/T 46—2009"})
    _leaf(root, "M1", "聚合层次", "件")
    _group(root, "M2", "来源", [("M6", "立档单位名称", report.organ)])
    _leaf(root, "M7", "电子文件号", identity)
    _group(root, "M21", "内容描述", _content(report))
    form = [
        ("M41", "文件组合类型", "组合文件"),
        ("M43", "页数", str(pages) if pages else ""),
        ("M44", "语种", "汉语"),
    ]
    _group(root, "M40", "形式特征", form)
    for file in files:
        group = _group(root, "M46", "电子属性", _electronic(file, program))
        etree.SubElement(group, "摘要值", {"算法": "SHA-256"}).text = file.digest
    for said in signatures:
        _group(root, "M57", "电子签名", [("M61", "签名结果", said)])
    if report.published is None:
        _leaf(root, "M75", "附注", "报告文件夹里没有写公布日期；日期按数据截止日。")
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _content(report: Report) -> list[tuple[str, str, str]]:
    return [
        ("M22", "题名", report.title),
        ("M27", "关键词", f"{report.short_name}；{report.year}；政府信息公开；年度报告"),
        ("M32", "责任者", report.organ),
        ("M33", "日期", report.dated.isoformat()),
        ("M34", "文种", "报告"),
    ]


def _electronic(file: File, program: str) -> list[tuple[str, str, str]]:
    suffix = file.name[file.name.rfind(".") :]
    return [
        ("M47", "格式信息", FORMATS.get(suffix, "")),
        ("M48", "计算机文件名", file.name),
        ("M49", "计算机文件大小", str(file.length)),
        ("M50", "文档创建程序", program),
    ]


def _group(
    root: etree._Element, number: str, name: str, leaves: Iterable[tuple[str, str, str]]
) -> etree._Element:
    group = etree.SubElement(root, name, {"编号": number})
    for one, label, value in leaves:
        if value:
            _leaf(group, one, label, value)
    return group


def _leaf(parent: etree._Element, number: str, name: str, value: str) -> None:
    etree.SubElement(parent, name, {"编号": number}).text = value


def program_of(record: Mapping[str, object]) -> str:
    """Return what made a set, as its manifest has it."""
    facts, versions = record.get("facts"), record.get("versions")
    made = str(facts.get("program", "")) if isinstance(facts, Mapping) else ""
    tools = [f"{name} {one}" for name, one in versions.items()] if isinstance(versions, Mapping) else []
    return "，".join(filter(None, [made, *tools]))
