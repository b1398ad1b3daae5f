"""The parts of a Word file that pandoc leaves undone: dates, properties, widths of tables, the watermark, marks of its source."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html import unescape
from itertools import accumulate, count, pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from helpers.finishing import source_marks, word_comments
from helpers.finishing.word_frames import child, join_properties, take_out_captioned
from helpers.finishing.word_xml import BODY, NAMES, W, parsed, serialized

_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_PROPERTY = re.compile(rb'<property [^>]*name="([^"]*)">(.*?)</property>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")

Day = tuple[int, int, int]
Properties = dict[str, str]
_FIRST_DAY, _UNIX = (1980, 1, 1), 3  # of a zip file; the system that made it shall not show


def finish_docx(data: bytes) -> bytes:
    """Return a Word file with every part of :data:`PARTS` finished, dated by the document."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {entry.filename: (entry, package.read(entry)) for entry in package.infolist()}
    _, custom = parts.get("docProps/custom.xml", (None, b""))
    properties = {
        name.decode(): unescape(_TAG.sub("", text.decode())) for name, text in _PROPERTY.findall(custom)
    }
    contents = {name: _finished(name, content, properties) for name, (_, content) in parts.items()}
    if BODY in contents:
        contents |= _finished_body(contents, properties)
    day = _day(properties)
    finished = io.BytesIO()
    with zipfile.ZipFile(finished, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents.items():
            old = parts[name][0].date_time if name in parts else (*_FIRST_DAY, 0, 0, 0)
            entry = zipfile.ZipInfo(name, old if day is None else (*max(day, _FIRST_DAY), 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            package.writestr(entry, content)
    return finished.getvalue()


def _finished(name: str, content: bytes, properties: Properties) -> bytes:
    work = PARTS.get(re.sub(r"\d+\.xml$", ".xml", name))
    return work(content, properties) if work else content


def _finished_body(contents: Mapping[str, bytes], properties: Properties) -> dict[str, bytes]:
    """Return the document and, where it says what it was made from, the parts that change with it and those that are added."""
    root = parsed(contents[BODY], blanks=False)
    _set_body(root, properties)
    parts: dict[str, bytes] = {}
    given, comments = properties.get(source_marks.PROPERTY), properties.get(word_comments.PROPERTY)
    if given is not None:
        parts |= source_marks.mark(root, contents, source_marks.given_plan(given))
        if comments is not None:
            parts |= word_comments.comment(root, {**contents, **parts}, comments)
    return {**parts, BODY: serialized(root)}


def _day(properties: Properties) -> Day | None:
    """Return the document's date, which pandoc keeps as a property of its own."""
    found = re.match(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})", properties.get("date", ""))
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _date(core: bytes, properties: Properties) -> bytes:
    """Date the file by the document and not by the clock."""
    day = _day(properties)
    if day is None:
        return core
    moment = "{:04}-{:02}-{:02}T00:00:00Z".format(*day)
    return _CREATED.sub(rb"\g<1>" + moment.encode(), core)


def _keep_date(custom: bytes, properties: Properties) -> bytes:
    """Keep the date, and name the edition: pandoc makes a property of every setting of the tools and the template."""
    kept = _PROPERTY.sub(lambda found: found[0] if found[1] in _KEPT else b"", custom)
    if source_marks.PROPERTY in properties:
        edition = source_marks.given_plan(properties[source_marks.PROPERTY]).edition
        kept = kept.replace(b"</Properties>", _EDITION.format(edition).encode() + b"</Properties>")
    numbers = count(2)  # the number of the first property
    return re.sub(rb' pid="\d+"', lambda _: f' pid="{next(numbers)}"'.encode(), kept)


_KEPT = {b"date", source_marks.EDITION.encode()}
_EDITION = (
    '<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" '
    f'name="{source_marks.EDITION}"><vt:lpwstr>{{}}</vt:lpwstr></property>'
)


_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr"


def _set_body(root: Any, properties: Properties) -> None:
    """Give tables the widths that were asked for and rows that hold together, and captions and pictures as Word has them."""
    _set_page(root, properties)
    _complete_sections(root)
    for paragraph in root.xpath("//w:p[w:pPr[2] or w:pPr/w:jc[2]]", namespaces=NAMES):
        join_properties(paragraph)
    for table in [*root.iter(f"{W}tbl")]:
        take_out_captioned(table)
    for table in root.iter(f"{W}tbl"):
        width = _text_width(table)
        if width is not None:
            _set_widths(table, _room(table, width))
        _separate_from_next(table)
    _hold_rows_together(root)
    _keep_last_figures(root)
    for picture in root.iter(_PICTURE):
        picture.set("descr", "")  # of the file: pandoc puts all of it here; what it shows is said in docPr


#: Sizes of paper in twips, by the names of Typst and CSS.
_PAPERS = {
    **{
        "a3": (16838, 23811),
        "a4": (11906, 16838),
        "a5": (8391, 11906),
        "b5": (9978, 14173),
        "iso-b5": (9978, 14173),
    },
    **{
        "letter": (12240, 15840),
        "us-letter": (12240, 15840),
        "legal": (12240, 20160),
        "us-legal": (12240, 20160),
    },
}
_TWIPS = {"pt": 20.0, "in": 1440.0, "cm": 1440 / 2.54, "mm": 144 / 2.54}
#: Word's own margins, and the order of its attributes.
_MARGINS = {
    **dict.fromkeys(("top", "right", "bottom", "left"), "1440"),
    **{"header": "720", "footer": "720", "gutter": "0"},
}
_SIDES = {"x": ("left", "right"), "y": ("top", "bottom")}


def _twips(length: str, option: str) -> int:
    found = re.fullmatch(r"\s*([\d.]+)\s*(pt|in|cm|mm)\s*", length)
    if found is None:
        raise ValueError(f"{option} 应为 12pt、2cm 这样的长度，现为 {length!r}")
    return round(float(found[1]) * _TWIPS[found[2]])


def _set_page(root: Any, properties: Properties) -> None:
    """Set the paper and the margins that the document asks for, in its last section, which the others follow."""
    paper, margin = properties.get("papersize"), properties.get("margin")
    section = [*root.iter(f"{W}sectPr")][-1] if paper or margin else None
    if section is None:
        return
    if paper:
        if paper not in _PAPERS:
            raise ValueError(f"papersize 在 Word 里只能是 {'、'.join(_PAPERS)}，现为 {paper!r}")
        width, height = _PAPERS[paper]
        _in_section(section, "pgSz").attrib.update({f"{W}w": str(width), f"{W}h": str(height)})
    if margin:
        given = _in_section(section, "pgMar")
        for name, standard in _MARGINS.items():
            given.set(f"{W}{name}", given.get(f"{W}{name}", standard))
        for side, _, length in (part.strip().partition(":") for part in margin.split(";")):
            for name in _SIDES.get(side, (side,)):
                given.set(f"{W}{name}", str(_twips(length, "margin")))


def _in_section(section: Any, name: str) -> Any:
    """Return a part of a section, made where it must stand: size, then margins, after what is not of the page."""
    found = section.find(f"{W}{name}")
    if found is None:
        found = section.makeelement(f"{W}{name}")
        before = {"headerReference", "footerReference", "footnotePr", "endnotePr", "type", "pgSz"}
        place = sum(_local_name(one) in before for one in section)
        section.insert(place, found)
    return found


def _local_name(element: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _set_fonts(styles: bytes, properties: Properties) -> bytes:
    """Set the font and the size that the document asks for in what all text is based on."""
    font, size = properties.get("mainfont"), properties.get("fontsize")
    if not font and not size:
        return styles
    from lxml import etree

    root: Any = etree.fromstring(styles)
    bases = [
        style
        for style in root.iter(f"{W}style")
        if style.get(f"{W}default") == "1" and style.get(f"{W}type") == "paragraph"
    ]
    defaults = child(child(child(root, "docDefaults"), "rPrDefault"), "rPr")
    for run in (defaults, *(style.find(f"{W}rPr") for style in bases)):
        if run is None:
            continue
        if font:
            fonts = child(run, "rFonts")
            fonts.attrib.clear()
            fonts.attrib.update({f"{W}{kind}": font for kind in ("ascii", "hAnsi", "eastAsia", "cs")})
        for name in ("sz", "szCs") if size else ():
            for given in run.iterchildren(f"{W}{name}"):
                given.set(f"{W}val", str(round(_twips(size or "", "fontsize") / 10)))
    return serialized(root)


def _complete_sections(root: Any) -> None:
    """Give every section the page of the document's last one, on its side where it asks for that."""
    *others, last = [*root.iter(f"{W}sectPr")] or [None]
    for section in others:
        size = section.find(f"{W}pgSz")
        on_its_side = size is not None and size.get(f"{W}orient") == "landscape"
        page = last.find(f"{W}pgSz")
        if page is None:  # left to the reader's printer
            continue
        section[:] = [copy.deepcopy(one) for one in last]
        page = section.find(f"{W}pgSz")
        if on_its_side:
            width, height = (page.get(f"{W}{side}") for side in ("w", "h"))
            page.attrib.update({f"{W}w": height, f"{W}h": width, f"{W}orient": "landscape"})


def _keep_last_figures(root: Any) -> None:
    """Keep the last two figures on one page where nothing stands between them: the last alone would leave it nearly empty."""
    captions = root.xpath("w:body/w:p[w:pPr/w:pStyle/@w:val='ImageCaption']", namespaces=NAMES)[-2:]
    following = (
        [one for one in captions[0].itersiblings() if not one.tag.startswith(f"{W}bookmark")]
        if captions
        else []
    )
    if len(captions) == 2 and captions[1] in following[:2]:
        captions[0].find(f"{W}pPr/{W}pStyle").addnext(root.makeelement(f"{W}keepNext"))


def _text_width(table: Any) -> int | None:
    """Return the width of the text beside a table in twips, None where the document leaves its page to the reader's printer."""
    section = next(iter(table.xpath("following::w:sectPr", namespaces=NAMES)), None)
    page, margins = (None if section is None else section.find(f"{W}{name}") for name in ("pgSz", "pgMar"))
    if page is None or margins is None:
        return None
    return int(page.get(f"{W}w")) - sum(int(margins.get(f"{W}{side}")) for side in ("left", "right"))


def _room(table: Any, width: int) -> int:
    """Return the width of what a table stands in: the text, or the cell of another table, which has its width by then."""
    cell = next(table.iterancestors(f"{W}tc"), None)
    own = None if cell is None else cell.find(f"{W}tcPr/{W}tcW")
    if cell is None or own is None or own.get(f"{W}type") != "dxa":
        return width
    frame = next(cell.iterancestors(f"{W}tbl"))
    margins = [frame.find(f"{W}tblPr/{W}tblCellMar/{W}{side}") for side in ("left", "right")]
    return int(own.get(f"{W}w")) - sum(int(one.get(f"{W}w")) for one in margins if one is not None)


def _set_widths(table: Any, width: int) -> None:
    """Set columns and cells to the table's share of the width it has; pandoc reckons with a page of its own."""
    share = table.find(f"{W}tblPr/{W}tblW")
    columns = table.findall(f"{W}tblGrid/{W}gridCol")
    if share is None or share.get(f"{W}type") != "pct":
        return
    widths = [int(column.get(f"{W}w", "0")) for column in columns]
    # In fiftieths of a per cent, or with its sign.
    asked = re.fullmatch(r"(\d+)(%?)", share.get(f"{W}w", ""))
    if asked is None or not sum(widths):
        return
    scale = width * min(int(asked[1]) * (50 if asked[2] else 1), 5000) / 5000 / sum(widths)
    edges = [round(scale * edge) for edge in accumulate(widths, initial=0)]
    for column, (left, right) in zip(columns, pairwise(edges), strict=True):
        column.set(f"{W}w", str(right - left))
    for row in table.iterchildren(f"{W}tr"):
        first = 0
        for cell in row.iterchildren(f"{W}tc"):
            properties = child(cell, "tcPr")
            span = next(properties.iterchildren(f"{W}gridSpan"), None)
            last = first + (1 if span is None else int(span.get(f"{W}val")))
            own = child(properties, "tcW")
            own.set(f"{W}w", str(edges[last] - edges[first]))
            own.set(f"{W}type", "dxa")
            first = last


def _hold_rows_together(root: Any) -> None:
    """Keep each row on one page; the unseen paragraphs of merged cells get its style, or they would undo what it says."""
    for row in root.xpath("//w:tbl/w:tr", namespaces=NAMES):
        child(child(row, "trPr"), "cantSplit")
    # Neither those of a table in a cell, nor the line behind it.
    inside = "w:tc/w:p[not(preceding-sibling::*[1][self::w:tbl])]"
    for paragraph in root.xpath(f"//w:tbl/w:tr/{inside}[not(w:pPr/w:pStyle)]", namespaces=NAMES):
        for style in paragraph.xpath(f"(../../{inside}/w:pPr/w:pStyle/@w:val)[1]", namespaces=NAMES):
            child(child(paragraph, "pPr"), "pStyle").set(f"{W}val", style)


def _separate_from_next(table: Any) -> None:
    """Put an empty line between a table and the next, which Word would make one, or the end of a cell or the text."""
    following = (
        element.tag for element in table.itersiblings() if not element.tag.startswith(f"{W}bookmark")
    )
    if next(following, None) in {f"{W}tbl", f"{W}sectPr", None}:
        table.addnext(table.makeelement(f"{W}p"))


#: WordArt as Word writes it, large, light and slanting behind the text. Word removes a watermark by the shape's name.
_WATERMARK = Path(__file__).with_name("watermark.xml")


def _add_watermark(header: bytes, properties: Properties) -> bytes:
    """Lay the word that is set as ``watermark`` behind every page that has this header."""
    from lxml import etree

    word = properties.get("watermark", "")
    root: Any = etree.fromstring(header)
    if word in {"", "False"} or next(root.iter(f"{W}pict"), None) is not None:
        return header
    height = min(120, 480 // len(word))
    shape = _WATERMARK.read_text(encoding="utf-8").format(
        width=height * len(word), height=height, word=quoteattr(word)
    )
    blank_text = etree.XMLParser(remove_blank_text=True)
    root.find(f"{W}p").append(etree.fromstring(shape, blank_text))
    return serialized(root)


#: What is done to a part of a Word file, named without its number, given the document's properties.
PARTS: dict[str, Callable[[bytes, Properties], bytes]] = {
    "docProps/core.xml": _date,
    "docProps/custom.xml": _keep_date,
    "word/header.xml": _add_watermark,
    "word/styles.xml": _set_fonts,
}
