"""What pandoc, Typst and Quarto leave undone, done to the finished files: head cells in the PDF, dates in the Word file.

The built-in engine calls :func:`finish`; after ``quarto render`` Quarto runs this file itself (``project: post-render``),
so it imports nothing of this package. A file that needs nothing stays as it is, and so does one that cannot be finished.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

__all__ = ["FinishError", "finish"]


class FinishError(Exception):
    """A file that could not be finished; the message is a whole one, in Chinese."""


def finish(path: Path) -> None:
    """Finish one output in place; doing it twice changes nothing more.

    Parameters
    ----------
    path
        A file of any kind; only PDF and DOCX need something.

    Raises
    ------
    FinishError
        The file is no such file, or cannot be written; it stands as it stood.
    """
    work = FINISHERS.get(path.suffix.lower())
    if work is None:
        return
    try:
        data = path.read_bytes()
        finished = work(data)
        if finished != data:
            _replace(path, finished)
    except OSError as error:
        raise FinishError(
            f"不能写入 {path.name}（是否正被别的程序打开？）：{error.strerror or error}"
        ) from None
    except Exception as error:
        raise FinishError(f"{path.name} 没有完成最后的整理：{error}") from error


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".finish-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    finally:
        with suppress(OSError):
            Path(name).unlink()


# PDF: head cells ------------------------------------------------------------------------------------------------------
#
# Pandoc's Typst writer and Typst know heads in <thead> only. A filter (assets/typst/heads.lua) marks the others as
# inline quotations, which change no glyph and stand in the tag tree; here they become what they are.

MARK = "/Quote"


@dataclass
class _Cell:
    """A cell of the tag tree: its place in the grid, its element, whether it heads others."""

    x: int
    width: int
    y: int
    height: int
    element: Any
    head: bool

    def covers(self, other: _Cell) -> bool:
        """Return whether both stand in a common row."""
        return self.y < other.y + other.height and other.y < self.y + self.height


def _finish_pdf(data: bytes) -> bytes:
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        root: Any = pdf.Root.get("/StructTreeRoot", pikepdf.Dictionary())
        tables = [one for one in _elements(root) if one.S == "/Table"]
        marked = [table for table in tables if any(_is_marked(cell) for cell in _elements(table))]
        if not marked:
            return data
        ids = pikepdf.NameTree(root["/IDTree"]) if "/IDTree" in root else pikepdf.NameTree.new(pdf)
        for number, table in enumerate(marked, 1):
            rows = _grid(table)
            for name, head in _make_heads(rows, f"T{number}"):
                ids[name] = head
            _link_heads(rows)
        root.IDTree = ids.obj
        finished = io.BytesIO()
        pdf.save(
            finished,
            deterministic_id=True,
            fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
        return finished.getvalue()


def _kids(element: Any) -> list[Any]:
    import pikepdf

    kids = element.get("/K", [])
    listed = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in listed if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _elements(element: Any) -> Iterator[Any]:
    for kid in _kids(element):
        yield kid
        yield from _elements(kid)


def _is_marked(element: Any) -> bool:
    return element.S == "/TD" and any(kid.S == MARK for kid in _kids(element))


def _attributes(element: Any) -> Any:
    """Return a cell's attributes as a cell; Typst gives every cell some."""
    import pikepdf

    given = element.A if isinstance(element.A, pikepdf.Array) else [element.A]
    return next(one for one in given if one.O == "/Table")


def _grid(table: Any) -> list[list[_Cell]]:
    """Lay the cells of a table out: its rows, each with the cells that begin in it."""
    rows: list[list[_Cell]] = []
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(one for one in _elements(table) if one.S == "/TR"):
        cells: list[_Cell] = []
        x = 0
        for element in _kids(row):
            while (x, y) in taken:
                x += 1
            attributes = _attributes(element)
            width, height = int(attributes.get("/ColSpan", 1)), int(attributes.get("/RowSpan", 1))
            taken |= {(x + right, y + down) for right in range(width) for down in range(height)}
            cells.append(_Cell(x, width, y, height, element, element.S == "/TH" or _is_marked(element)))
        rows.append(cells)
    return rows


def _make_heads(rows: list[list[_Cell]], prefix: str) -> Iterator[tuple[str, Any]]:
    """Make the marked cells of a table heads; a row of nothing but heads is above others, any other head beside them."""
    import pikepdf

    for row in rows:
        scope = "/Column" if all(cell.head for cell in row) else "/Row"
        for cell in row:
            if not _is_marked(cell.element):
                continue
            name = f"{prefix}x{cell.x}y{cell.y}"
            cell.element.S = pikepdf.Name("/TH")
            cell.element.ID = pikepdf.String(name)
            _attributes(cell.element).Scope = pikepdf.Name(scope)
            for kid in _kids(cell.element):
                kid.S = pikepdf.Name("/Span")
            yield name, cell.element


def _link_heads(rows: list[list[_Cell]]) -> None:
    """Let every cell name its heads: above, from the outermost, then beside."""
    import pikepdf

    above: list[_Cell] = []
    beside: list[_Cell] = []
    figures_seen = False
    for row in rows:
        heads_only = all(cell.head for cell in row)
        if heads_only and figures_seen:  # another block of the table, with heads of its own
            above, figures_seen = [cell for cell in above if _in_thead(cell)], False
        figures_seen = figures_seen or not heads_only
        for cell in row:
            heads = [head for head in above if head.x < cell.x + cell.width and cell.x < head.x + head.width]
            if not heads_only:
                heads += [head for head in beside if head.x < cell.x and head.covers(cell)]
            if not _in_thead(cell):
                names = [head.element.ID for head in heads]
                _attributes(cell.element).Headers = pikepdf.Array(names)
            if cell.head:
                (above if heads_only else beside).append(cell)


def _in_thead(cell: _Cell) -> bool:
    return bool(cell.element.P.P.S == "/THead")


# DOCX: dates, properties, tables, watermark ---------------------------------------------------------------------------

_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_PROPERTY = re.compile(rb'<property [^>]*name="([^"]*)">(.*?)</property>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")

Day = tuple[int, int, int]
Properties = dict[str, str]
_FIRST_DAY, _UNIX = (1980, 1, 1), 3  # of a zip file; the system that made it shall not show


def _finish_docx(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {entry.filename: (entry, package.read(entry)) for entry in package.infolist()}
    _, custom = parts.get("docProps/custom.xml", (None, b""))
    properties = {
        name.decode(): unescape(_TAG.sub("", text.decode())) for name, text in _PROPERTY.findall(custom)
    }
    day = _day(properties)
    finished = io.BytesIO()
    with zipfile.ZipFile(finished, "w", zipfile.ZIP_DEFLATED) as package:
        for name, (old, content) in parts.items():
            entry = zipfile.ZipInfo(name, old.date_time if day is None else (*max(day, _FIRST_DAY), 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            work = PARTS.get(re.sub(r"\d+\.xml$", ".xml", name))
            package.writestr(entry, work(content, properties) if work else content)
    return finished.getvalue()


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


def _keep_date(custom: bytes, _: Properties) -> bytes:
    """Keep the date alone: pandoc makes a property of every setting of the tools and the template."""
    kept = _PROPERTY.sub(lambda found: found[0] if found[1] == b"date" else b"", custom)
    return re.sub(rb' pid="\d+"', b' pid="2"', kept)  # the number of the first property


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr"


def _set_body(document: bytes, _: Properties) -> bytes:
    """Return tables the widths that were asked for and rows that hold together, and pictures one description."""
    from lxml import etree

    root = etree.fromstring(document)
    width = _text_width(root)
    for table in root.iter(f"{_W}tbl"):
        if width is not None:
            _set_widths(table, width)
        for row in table.iterchildren(f"{_W}tr"):
            _hold_together(row)
        _separate_from_next(table)
    for picture in root.iter(_PICTURE):
        picture.set("descr", "")  # of the file: pandoc puts all of it here; what it shows is said in docPr
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _text_width(root: Any) -> int | None:
    """Return the width of the text in twips, None where the document leaves its page to the reader's printer."""
    page, margins = (next(root.iter(f"{_W}{name}"), None) for name in ("pgSz", "pgMar"))
    if page is None or margins is None:
        return None
    return int(page.get(f"{_W}w")) - sum(int(margins.get(f"{_W}{side}")) for side in ("left", "right"))


def _set_widths(table: Any, width: int) -> None:
    """Set columns and cells to the table's share of the text's width; pandoc reckons with a page of its own."""
    share = table.find(f"{_W}tblPr/{_W}tblW")
    columns = table.findall(f"{_W}tblGrid/{_W}gridCol")
    if share.get(f"{_W}type") != "pct":
        return
    widths = [int(column.get(f"{_W}w")) for column in columns]
    scale = width * min(int(share.get(f"{_W}w")), 5000) / 5000 / sum(widths)
    edges = [round(scale * edge) for edge in accumulate(widths, initial=0)]
    for column, (left, right) in zip(columns, pairwise(edges), strict=True):
        column.set(f"{_W}w", str(right - left))
    for row in table.iterchildren(f"{_W}tr"):
        first = 0
        for cell in row.iterchildren(f"{_W}tc"):
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            last = first + (1 if span is None else int(span.get(f"{_W}val")))
            own = _child(_child(cell, "tcPr"), "tcW")
            own.attrib.update({f"{_W}w": str(edges[last] - edges[first]), f"{_W}type": "dxa"})
            first = last


def _hold_together(row: Any) -> None:
    """Keep a row on one page; the unseen paragraphs of merged cells get its style, or they would undo what it says."""
    _child(_child(row, "trPr"), "cantSplit")
    style = row.find(f".//{_W}pStyle")
    for paragraph in row.iter(f"{_W}p"):
        if style is not None and paragraph.find(f"{_W}pPr/{_W}pStyle") is None:
            _child(_child(paragraph, "pPr"), "pStyle").set(f"{_W}val", style.get(f"{_W}val"))


def _separate_from_next(table: Any) -> None:
    """Put an empty line between a table and the next, which Word would make one, or the end, which is no table's."""
    following = (
        element.tag for element in table.itersiblings() if not element.tag.startswith(f"{_W}bookmark")
    )
    if next(following, None) in {f"{_W}tbl", f"{_W}sectPr"}:
        table.addnext(table.makeelement(f"{_W}p"))


def _child(parent: Any, name: str) -> Any:
    """Return a child element, made as the first one where there is none."""
    found = parent.find(f"{_W}{name}")
    if found is None:
        found = parent.makeelement(f"{_W}{name}")
        parent.insert(0, found)
    return found


#: WordArt as Word writes it, large, light and slanting behind the text. Word removes a watermark by the shape's name.
_WATERMARK = """
<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
     xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w10="urn:schemas-microsoft-com:office:word">
<w:rPr><w:noProof/></w:rPr><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>
<v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"
        o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/><o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject1" type="#_x0000_t136" o:allowincell="f" fillcolor="#eee" stroked="f"
  style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:{height}pt;rotation:325;z-index:-251658752;\
mso-position-horizontal:center;mso-position-horizontal-relative:margin;\
mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string={word}/>
<w10:wrap anchorx="margin" anchory="margin"/></v:shape></w:pict></w:r>
"""


def _add_watermark(header: bytes, properties: Properties) -> bytes:
    """Lay the word that is set as ``watermark`` behind every page that has this header."""
    from lxml import etree

    word = properties.get("watermark", "")
    root: Any = etree.fromstring(header)
    if word in {"", "False"} or next(root.iter(f"{_W}pict"), None) is not None:
        return header
    height = min(120, 480 // len(word))
    shape = _WATERMARK.format(width=height * len(word), height=height, word=quoteattr(word))
    blank_text = etree.XMLParser(remove_blank_text=True)
    root.find(f"{_W}p").append(etree.fromstring(shape, blank_text))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


#: What is done to a part of a Word file, named without its number, given the document's properties.
PARTS: dict[str, Callable[[bytes, Properties], bytes]] = {
    "docProps/core.xml": _date,
    "docProps/custom.xml": _keep_date,
    "word/document.xml": _set_body,
    "word/header.xml": _add_watermark,
}

FINISHERS: dict[str, Callable[[bytes], bytes]] = {".pdf": _finish_pdf, ".docx": _finish_docx}


def main(names: Iterable[str]) -> int:
    """Finish the files that Quarto made.

    Parameters
    ----------
    names
        Their paths.

    Returns
    -------
    int
        The exit code; 1 where one could not be finished.
    """
    try:
        for name in names:
            finish(Path(name))
    except FinishError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()))
