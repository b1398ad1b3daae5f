"""The four checks before a set is archived (真实、完整、可用、安全; DA/T 70—2018), each with what was really looked at.

What this program cannot judge (viruses, the carrier, whether a certificate is to be trusted, every clause of PDF/A) is said
to be left, and never to have passed.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from lxml import html

from helpers.archive.verify import Verified
from helpers.files.reading import read_bytes
from helpers.report.folder import Report, files_of
from helpers.report.form import FORM

__all__ = ["KINDS", "Check", "examine", "inner_matter"]

KINDS = ("真实性", "完整性", "可用性", "安全性")
PASSED, FAILED, LEFT = "通过", "不通过", "未检"

_LARGEST = 200_000_000
_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/GoToR",
    "/GoToE",
}
_NOTES = "review.yml"
_PICTURES = {".png", ".jpg", ".jpeg", ".svg"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: of which kind, what it was, whether it passed, and what was found."""

    kind: str
    what: str
    result: str
    found: str = ""


def examine(
    outputs: Mapping[str, Path],
    source: Sequence[Path],
    report: Report,
    record: Mapping[str, Any],
    verified: Verified,
    inner: Sequence[str],
) -> list[Check]:
    """Look at a set and its source.

    Parameters
    ----------
    outputs
        The files that are to be archived, by name.
    source
        The files of the report folder.
    report
        The folder, read.
    record
        The manifest.
    verified
        What ``verify`` said of both.
    inner
        What of the source was not published (:func:`inner_matter`).
    """
    pdfs = {name: path for name, path in outputs.items() if name.endswith(".pdf")}
    checks = [*_authentic(pdfs, report, record, verified), *_whole(outputs, source, report)]
    for name, path in outputs.items():
        checks += _SEEN.get(path.suffix, _nothing)(name, path)
    checks.append(
        Check(
            "可用性",
            "PDF/A、PDF/UA 的全部条款",
            LEFT,
            "生成时按标准生成，这里没有逐条检验；可用 veraPDF 检验",
        )
    )
    checks.append(_inner(inner))
    checks.append(Check("安全性", "病毒", LEFT, "请用本单位的杀毒软件检查"))
    checks.append(Check("安全性", "载体、传输过程", LEFT, "由档案部门在移交时检查"))
    return sorted(checks, key=lambda check: KINDS.index(check.kind))


def _judge(kind: str, what: str, wrong: Sequence[str], good: str) -> Check:
    return Check(kind, what, FAILED if wrong else PASSED, "；".join(wrong) if wrong else good)


# Authentic, whole -----------------------------------------------------------------------------------------------------


def _authentic(
    pdfs: Mapping[str, Path], report: Report, record: Mapping[str, Any], verified: Verified
) -> Iterator[Check]:
    what = "成果文件、来源数据、PDF 附件与发布时的清单"
    yield _judge(
        "真实性", what, verified.wrong, "SHA-256 逐个相同" + ("（签名以前的部分）" if verified.notes else "")
    )
    parameters = record.get("parameters")
    draft = bool(isinstance(parameters, Mapping) and parameters.get("force"))
    draft |= "review" in str(record.get("profile")).split(",")
    yield _judge("真实性", "定稿", ["是草稿或送审稿，不是定稿"] if draft else [], "不是草稿，不是送审稿")
    titles = [f"{name} 的题名与来源数据不同" for name, path in pdfs.items() if _title(path) != report.title]
    if pdfs:
        yield _judge("真实性", "PDF 里的题名与来源数据", titles, report.title)
    if verified.notes:
        yield Check("真实性", "电子签名", LEFT if verified.left else PASSED, "；".join(verified.notes))
    else:
        yield Check("真实性", "电子签名", LEFT, "没有电子签名")


def _whole(outputs: Mapping[str, Path], source: Sequence[Path], report: Report) -> Iterator[Check]:
    missing = [f"没有 {kind}" for kind in ("html", "pdf", "docx") if f"report.{kind}" not in outputs]
    yield Check(
        "完整性", "网页、PDF、Word 三种成果", LEFT if missing else PASSED, "；".join(missing) or "都有"
    )
    tables = [name for table in FORM.tables if report.folder / (name := f"{table}.csv") not in source]
    yield _judge(
        "完整性",
        "来源：report.yml、三张表、各部分文字",
        [f"缺少 {name}" for name in tables],
        f"{len(source)} 个文件，能读成一份报告",
    )
    published = report.published.isoformat() if report.published else ""
    yield Check(
        "完整性",
        "元数据：公布日期",
        PASSED if published else LEFT,
        published or "report.yml 里没有写 published",
    )
    yield Check("完整性", "元数据：档号、全宗号、保管期限、密级", LEFT, "由档案部门填写")


# What opens, and what is in it ----------------------------------------------------------------------------------------


def _pdf(name: str, path: Path) -> Iterator[Check]:
    try:
        with pikepdf.open(path) as pdf:
            with pdf.open_metadata() as metadata:
                level = metadata.pdfa_status
                accessible = metadata.get("pdfuaid:part")
            objects = list(_objects(pdf))
            bare = sorted(_fonts_not_in(objects))
            acts = sorted(_actions(pdf, objects))
            locked = pdf.is_encrypted
            pages = len(pdf.pages)
    except Exception:  # pikepdf raises whatever a broken object makes it trip over
        yield Check("可用性", f"{name} 能打开", FAILED, "打不开")
        return
    yield _judge("可用性", f"{name} 能打开，没有加密", ["加了密"] if locked else [], f"{pages} 页")
    yield _judge("可用性", f"{name} 的字体都在文件里", bare, "都在")
    claims = [f"没有标明 {what}" for what, there in (("PDF/A", level), ("PDF/UA", accessible)) if not there]
    yield _judge("可用性", f"{name} 标明的标准", claims, f"PDF/A-{level}，PDF/UA-{accessible}")
    yield _judge("安全性", f"{name} 里没有程序和自动动作", acts, "没有")


def _objects(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for number in range(1, len(pdf.objects) + 1):
        found = pdf.get_object(number, 0)
        if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            yield found


def _fonts_not_in(objects: Sequence[Any]) -> Iterator[str]:
    for one in objects:
        if one.get("/Type") == "/Font" and one.get("/Subtype") not in ("/Type0", "/Type3"):
            described = one.get("/FontDescriptor", {})
            if not any(f"/FontFile{kind}" in described for kind in ("", "2", "3")):
                yield f"缺字体 {str(one.get('/BaseFont', ''))[1:]}"


def _actions(pdf: pikepdf.Pdf, objects: Sequence[Any]) -> set[str]:
    found = {str(one.get("/S"))[1:] for one in objects if str(one.get("/S")) in _ACTIONS}
    found |= {"AA" for one in objects if "/AA" in one}
    if "/JavaScript" in pdf.Root.get("/Names", {}):
        found.add("JavaScript")
    return {f"有 {one}" for one in found}


def _title(path: Path) -> str:
    try:
        with pikepdf.open(path) as pdf:
            return str(pdf.docinfo.get("/Title", ""))
    except Exception:  # as above
        return ""


def _page(name: str, path: Path) -> Iterator[Check]:
    data = read_bytes(path, _LARGEST)
    try:
        page = html.fromstring(data.decode("utf-8"))
    except (ValueError, html.etree.ParserError):
        yield Check("可用性", f"{name} 能读", FAILED, "不是 UTF-8 编码的网页")
        return
    yield _judge("可用性", f"{name} 能读", [] if page.xpath("//table") else ["里面没有表"], "UTF-8，能解析")
    scripts = page.xpath(
        "//script[not(@type='application/ld+json')]|//iframe|//object|//embed|//@*[starts-with(name(),'on')]"
    )
    loads = page.xpath("//img[not(starts-with(@src,'data:'))]|//link[@rel='stylesheet']|//source|//@srcset")
    wrong = (["有程序或嵌入的内容"] if scripts else []) + (["要从别处加载内容"] if loads else [])
    yield _judge("安全性", f"{name} 里没有程序，不从别处加载", wrong, "没有")


def _word(name: str, path: Path) -> Iterator[Check]:
    try:
        with zipfile.ZipFile(path) as package:
            if sum(entry.file_size for entry in package.infolist()) > _LARGEST:
                raise zipfile.BadZipFile
            broken = package.testzip() is not None or "word/document.xml" not in package.namelist()
            relations = [package.read(one) for one in package.namelist() if one.endswith(".rels")]
            names = package.namelist()
    except (
        zipfile.BadZipFile,
        OSError,
        RuntimeError,
        ValueError,
    ):  # RuntimeError: encrypted, or a method unknown here
        yield Check("可用性", f"{name} 能打开", FAILED, "打不开")
        return
    yield _judge("可用性", f"{name} 能打开", ["包不完整"] if broken else [], "各部分的校验值都对")
    macros = [one for one in names if re.search(r"vbaProject|activeX|oleObject|embeddings/", one)]
    outside = [
        relation
        for data in relations
        for relation in re.findall(rb"<Relationship\b[^>]*>", data)
        if b'TargetMode="External"' in relation and b"/hyperlink" not in relation
    ]
    wrong = (["有宏或嵌入的程序"] if macros else []) + (["要从别处加载内容"] if outside else [])
    yield _judge("安全性", f"{name} 里没有宏，不从别处加载", wrong, "没有")


def _nothing(_name: str, _path: Path) -> Iterator[Check]:
    return iter(())


_SEEN: dict[str, Callable[[str, Path], Iterator[Check]]] = {".pdf": _pdf, ".html": _page, ".docx": _word}


# What was not published -----------------------------------------------------------------------------------------------


def inner_matter(source: Sequence[Path], report: Report) -> list[str]:
    """Return what lies in a report folder and was not published, a sentence for each file."""
    used = set(files_of(report))
    return [
        f"{path.relative_to(report.folder).as_posix()}：{why}"
        for path in source
        if (why := _inner_part(path, path in used))
    ]


def _inner_part(path: Path, used: bool) -> str | None:
    if path.name == _NOTES:
        return "审核意见，有人名，没有公布"
    if path.suffix.lower() in _PICTURES:
        data = path.read_bytes()
        taken = b"Exif\0\0" in data or b"eXIf" in data
        return "原始照片，带有拍摄信息（时间、相机，可能还有地点），公布的没有" if taken else None
    if not used:
        return "报告没有用到的文件，没有公布"
    data = path.read_bytes()
    comment = rb"<!--" if path.suffix == ".md" else rb"(?m)(^|\s)#"
    if path.suffix in {".md", ".yml"} and re.search(comment, data):
        return "有备注，没有公布"
    return None


def _inner(found: Sequence[str]) -> Check:
    return Check(
        "安全性",
        "包里没有公布的内容",
        LEFT if found else PASSED,
        "请确认可以存档：" + "；".join(found) if found else "没有",
    )
