"""What Quarto frames in a Word file: a captioned figure or table stands in the text itself, as pandoc alone has it."""

from __future__ import annotations

from typing import Any

from helpers.finishing.word_xml import NAMES, W


def child(parent: Any, name: str) -> Any:
    """Return a child element, made as the first one where there is none."""
    found = next(parent.iterchildren(f"{W}{name}"), None)
    if found is None:
        found = parent.makeelement(f"{W}{name}")
        parent.insert(0, found)
    return found


def join_properties(paragraph: Any) -> None:
    """Leave one set of properties, the last: Quarto writes those of a caption behind pandoc's own, and out of order.

    Of two alignments the first is the cell's own, and the other that of the cell in which Quarto has put the table.
    """
    *others, last = paragraph.findall(f"{W}pPr")
    for further in paragraph.findall(f"{W}pPr/{W}jc")[1:]:
        further.getparent().remove(further)
    if not others:
        return
    for one in others:
        paragraph.remove(one)
    style = last.find(f"{W}pStyle")
    if style is not None:  # which says all the rest
        last[:] = [style]
    paragraph.insert(0, last)


def take_out_captioned(table: Any) -> None:
    """Put a figure or table and its caption, which Quarto frames by a table of one cell, into the text itself."""
    cells = table.findall(f"{W}tr/{W}tc")
    if len(cells) != 1:
        return
    styles = {one.get(f"{W}val") for one in table.findall(f"{W}tr/{W}tc/{W}p/{W}pPr/{W}pStyle")}
    is_callout = table.find(f"{W}tblPr/{W}tblBorders") is not None
    if not is_callout and {"ImageCaption", "TableCaption"} & styles:
        holds_table = cells[0].find(f"{W}tbl") is not None
        for paragraph in cells[0].iterchildren(f"{W}p"):
            properties = child(paragraph, "pPr")
            if next(paragraph.iter(f"{W}drawing"), None) is not None:
                properties.clear()  # they are those of the text of a cell
                child(properties, "pStyle").set(f"{W}val", "CaptionedFigure")
            for style in properties.iterchildren(f"{W}pStyle"):
                if holds_table and style.get(f"{W}val") == "ImageCaption":
                    style.set(f"{W}val", "TableCaption")
        for element in cells[0].xpath("*[not(self::w:tcPr)]", namespaces=NAMES):
            table.addprevious(element)
        following = (one for one in table.itersiblings() if not one.tag.startswith(f"{W}bookmark"))
        between: Any = next(following, None)
        further: Any = next(following, None)
        is_empty = between is not None and between.tag == f"{W}p" and len(between) == 0
        if is_empty and further is not None and further.tag == f"{W}tbl":  # the two would be one without it
            between.getparent().remove(between)
        table.getparent().remove(table)
