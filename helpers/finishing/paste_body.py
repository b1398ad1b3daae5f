"""A page's text for the editor of a website: one paste, and nothing in it that such editors and their filters take away.

They strip classes, identifiers, style sheets, scripts and divisions. So all look stands in inline styles, and what must not be lost in
attributes as old as HTML itself (``border``, ``align``, ``colspan``). Charts are PNG, since editors that store pictures know no SVG, with
their captions drawn below: an editor that takes no pictures leaves no caption of nothing. The title is left out: it has a field of its own.
"""

import base64
import re
from functools import cache
from pathlib import Path
from typing import Any

from lxml import html

from helpers.files.writing import write_file

ENDING = "-body.html"

_BLOCKS = {
    "p": "margin:0 0 8px;line-height:2;text-align:justify;text-indent:2em",
    "h2": "margin:24px 0 12px;font-size:20px;font-weight:bold;line-height:1.6",
    "h3": "margin:16px 0 8px;font-size:18px;font-weight:bold;line-height:1.6",
    "h4": "margin:12px 0 8px;font-size:16px;font-weight:bold;line-height:1.6",
    "h5": "margin:12px 0 8px;font-size:16px;font-weight:bold;line-height:1.6",
    "h6": "margin:12px 0 8px;font-size:16px;font-weight:bold;line-height:1.6",
    "ul": "margin:0 0 8px;padding-left:2em;line-height:2",
    "ol": "margin:0 0 8px;padding-left:2em;line-height:2",
    "blockquote": "margin:8px 2em",
    "pre": "margin:0 0 8px;white-space:pre-wrap",
    "hr": "margin:16px 0",
}
_TABLE_PARTS = {"colgroup", "col", "caption", "thead", "tbody", "tfoot", "tr"}
_INLINE = {"a", "b", "br", "code", "del", "em", "i", "img", "s", "strong", "sub", "sup", "u"}
_WITHIN = {"li", "td", "th", *_TABLE_PARTS}
_GONE = ("script", "style", "link", "template", "nav", "annotation", "svg", "button", "input", "iframe")
_ATTRIBUTES = {
    "a": ("href", "title"),
    "img": ("src", "alt", "width"),
    "ol": ("start", "type"),
    "th": ("rowspan", "colspan", "scope"),
    "td": ("rowspan", "colspan"),
}
_CENTRED = "margin:0 0 8px;text-align:center;text-indent:0"
_DRAFT = "margin:0 0 16px;color:#a8161b;font-size:20px;font-weight:bold;text-align:center"
_WIDE = 8
"""Columns from which a table is set smaller: the text of a website is some 900 pixels wide."""

_SVG = "data:image/svg+xml;base64,"
_FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
_PICTURE = b"""#set page(width: auto, height: auto, margin: 0pt)
#set text(font: "FandolHei", size: 10.5pt, lang: "zh")
#context {
  let picture = image(bytes(sys.inputs.svg), format: "svg")
  let caption = pad(y: 6pt, align(center, sys.inputs.caption))
  block(width: measure(picture).width, if sys.inputs.caption == "" { picture } else { picture + caption })
}"""
_DENSITY = 2
"""Pixels of a chart for one of CSS."""


def write_body(page: Path) -> Path | None:
    """Write a page's body beside it; nothing of a page that this project's template did not make.

    Parameters
    ----------
    page
        A finished page, as in ``report.html``; its body is ``report-body.html``.

    Returns
    -------
    Path or None
        The file written.

    Raises
    ------
    OSError
        It cannot be read or written.
    """
    text = body(page.read_bytes())
    if text is None:
        return None
    target = page.with_name(page.stem + ENDING)
    # The mark tells a browser and an editor that the text, which has no head to say so, is UTF-8.
    write_file(target, text.encode("utf-8-sig"))
    return target


def body(page: bytes) -> str | None:
    """Return the body of a page as a fragment of HTML, a block a line; None where the page has no ``main`` of ours."""
    root: Any = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    found = root.xpath("//main[@id='report']")
    if not found:
        return None
    main = found[0]
    marks = root.xpath("//header/*[@class='watermark']")
    _remove(main)
    for mark in reversed(marks):  # a draft is one wherever it is pasted
        mark.tag = "p"
        mark.set("style", _DRAFT)
        main.insert(0, mark)
    for figure in main.xpath(".//figure"):
        _unfold(figure)
    for summary in main.xpath(".//summary"):
        summary.tag = "p"
    for element in list(main.iterdescendants()):
        _plain(element)
    _make_paragraphs(main)
    return "".join(f"{html.tostring(one, encoding='unicode', with_tail=False)}\n" for one in main)


def _remove(main: Any) -> None:
    """Remove what is no text, and comments."""
    for element in [one for one in main.iter() if not isinstance(one.tag, str) or one.tag in _GONE]:
        element.drop_tree()


def _unfold(figure: Any) -> None:
    """Make paragraphs of a figure, however its engine wraps picture and caption: editors know none."""
    pictures, captions = figure.xpath(".//img"), figure.xpath(".//figcaption")
    words = [_squeezed(caption) for caption in captions]
    alone = [_squeezed(figure)] == words
    if alone and len(pictures) == 1 and pictures[0].get("src", "").startswith(_SVG):
        _rasterize(pictures[0], words[0])
        pictures[0].set("alt", f"{words[0]}。{pictures[0].get('alt', '')}")
        figure[:], figure.text, pictures[0].tail = pictures, None, None
        figure.tag = "p"
        figure.set("style", _CENTRED)
        return
    for part in (*pictures, *captions):
        paragraph = html.Element("p", style=_CENTRED)
        figure.addprevious(paragraph)
        paragraph.append(part)
        part.tail = part.tail if (part.tail or "").strip() else None
        if part in captions:
            part.drop_tag()


def _squeezed(element: Any) -> str:
    """Return an element's words without the line breaks of its source; a space as wide as a character is one."""
    return re.sub(r"[ \t\n]+", " ", element.text_content()).strip(" ")


def _plain(element: Any) -> None:
    """Give an element the attributes that stay, or take it away from around what it holds."""
    tag, old = element.tag, dict(element.attrib)
    if element.getparent() is None:
        return
    if tag not in _BLOCKS.keys() | _INLINE | _WITHIN | {"table"} or _is_wrapper(element):
        _drop_tag(element)
        return
    element.attrib.clear()
    element.attrib.update({name: old[name] for name in _ATTRIBUTES.get(tag, ()) if name in old})
    if tag == "table":
        _style_table(element)
    elif tag in {"td", "th"}:
        _style_cell(element, old.get("style", ""))
    elif tag == "col" and (width := re.search(r"width:\s*([\d.]+%)", old.get("style", ""))):
        element.set("width", width[1])
    elif tag == "img":
        _style_picture(element)
    elif tag in _BLOCKS:
        given = old.get("style")
        element.set("style", given if given in (_CENTRED, _DRAFT) else _style_of(element))


def _is_wrapper(element: Any) -> bool:
    """Whether an element only wraps text that stands better by itself: a paragraph in a cell, a link within the page."""
    inside = element.tag == "p" and element.getparent().tag in {"td", "th"}
    return inside or (element.tag == "a" and not re.match(r"https?:|mailto:", element.get("href", "")))


def _style_of(element: Any) -> str:
    held = element.tag == "p" and element.getparent().tag in {"li", "blockquote"}
    return "margin:0;line-height:2" if held else _BLOCKS[element.tag]


def _drop_tag(element: Any) -> None:
    """Take an element away from around what it holds; words that stood in it alone become a paragraph."""
    if element.tag == "p" and (element.getprevious() is not None or element.getparent().text):
        element.addprevious(html.Element("br"))
    block = element.tag in {"div", "section", "article", "dd", "dt"}
    holds = any(one.tag in _BLOCKS or one.tag == "table" for one in element.iterdescendants())
    if block and not holds and element.text_content().strip() and element.getparent().tag not in _WITHIN:
        element.tag = "p"
        _plain(element)
    else:
        element.drop_tag()


def _style_table(table: Any) -> None:
    first = next(table.iter("tr"), ())
    columns = sum(int(cell.get("colspan", 1)) for cell in first)
    size = 12 if columns > _WIDE else 14
    table.attrib.update(
        {"border": "1", "cellspacing": "0", "cellpadding": "4", "align": "center", "width": "100%"}
    )
    table.set(
        "style", f"width:100%;margin:0 auto 16px;border-collapse:collapse;font-size:{size}px;line-height:1.5"
    )


def _style_cell(cell: Any, style: str) -> None:
    found = re.search(r"text-align:\s*(left|right|center)", style)
    align = found[1] if found else "left"
    cell.set("align", align)
    cell.set("valign", "middle")
    weight = "font-weight:normal;" if cell.tag == "th" else ""
    cell.set(
        "style", f"padding:4px 2px;border:1px solid #000;{weight}text-align:{align};vertical-align:middle"
    )


def _style_picture(picture: Any) -> None:
    if picture.get("src", "").startswith(_SVG):
        _rasterize(picture, "")
    width = f"width:{picture.get('width')}px;" if picture.get("width", "").isdecimal() else ""
    picture.set("style", f"{width}max-width:100%;height:auto")


def _rasterize(picture: Any, caption: str) -> None:
    """Turn the SVG of a picture into pixels, with a caption below it where there is one."""
    import typst

    svg = base64.b64decode(picture.get("src").removeprefix(_SVG)).decode()
    inputs = {"svg": svg, "caption": caption}
    png = typst.compile(_PICTURE, format="png", ppi=96 * _DENSITY, sys_inputs=inputs, font_paths=_fonts())
    assert isinstance(png, bytes)
    picture.set("src", f"data:image/png;base64,{base64.b64encode(png).decode()}")
    picture.set(
        "width", str(int.from_bytes(png[16:20], "big") // _DENSITY)
    )  # it stands in a PNG's first chunk


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(_FONTS)])


def _make_paragraphs(main: Any) -> None:
    """Put what stands loose between the blocks into paragraphs, and leave nothing between them."""
    for empty in main.xpath("./p[not(*)][not(normalize-space())]"):  # what was in it stands elsewhere
        empty.drop_tree()
    blocks: list[Any] = []
    loose = _begun(main.text)
    for child in list(main):
        after, child.tail = child.tail, None
        if child.tag in _INLINE:
            loose = html.Element("p", style=_BLOCKS["p"]) if loose is None else loose
            loose.append(child)
            child.tail = after
            continue
        blocks += [block for block in (loose, child) if block is not None]
        loose = _begun(after)
    main.text = None
    main[:] = [*blocks, *([] if loose is None else [loose])]


def _begun(words: str | None) -> Any:
    """Begin a paragraph with words; None where there are none."""
    if not (words or "").strip():
        return None
    paragraph = html.Element("p", style=_BLOCKS["p"])
    paragraph.text = words
    return paragraph
