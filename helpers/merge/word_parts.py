"""The parts of a Word file beside its text: properties, relations, styles; opened so that nothing in them is asked for."""

import posixpath
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

from lxml import etree

from helpers.finishing.source_marks import EDITION
from helpers.finishing.word_xml import W

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def xml(package: zipfile.ZipFile, name: str) -> Any:
    """Return a part's root; None where the part is missing or damaged."""
    try:
        # Entities were looked for before, and a picture's address may be longer than the parser takes unasked.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        return etree.fromstring(package.read(name), parser)
    except (KeyError, etree.XMLSyntaxError):
        return None


def edition_of(package: zipfile.ZipFile) -> str:
    """Return the edition that the file's properties name; empty where they name none."""
    root = xml(package, "docProps/custom.xml")
    found = () if root is None else (one for one in root if one.get("name") == EDITION)
    return next(("".join(one.itertext()).strip() for one in found), "")


def modified(package: zipfile.ZipFile) -> date | None:
    """Return the day on which a file was saved last, as it says itself."""
    root = xml(package, "docProps/core.xml")
    texts = () if root is None else (one.text or "" for one in root if str(one.tag).endswith("}modified"))
    try:
        return next((date.fromisoformat(text[:10]) for text in texts), None)
    except ValueError:
        return None


def links(package: zipfile.ZipFile) -> dict[str, str]:
    """Return where each relation of the document leads, by its identifier."""
    root = xml(package, "word/_rels/document.xml.rels")
    return {} if root is None else {one.get("Id", ""): one.get("Target", "") for one in root}


def styles(package: zipfile.ZipFile) -> dict[str, tuple[str, bool]]:
    """Return name in lower case, and whether it is bold, of each style by its identifier."""
    root = xml(package, "word/styles.xml")
    styles = {}
    for style in () if root is None else root.iter(f"{W}style"):
        name = style.find(f"{W}name")
        shown = "" if name is None else (name.get(f"{W}val") or "").lower()
        styles[style.get(f"{W}styleId", "")] = (shown, is_on(style.find(f"{W}rPr"), "b"))
    return styles


def is_on(properties: Any, name: str) -> bool:
    """Return whether a switch among properties is on."""
    switch = None if properties is None else properties.find(f"{W}{name}")
    return switch is not None and switch.get(f"{W}val", "true") not in {"0", "false", "off", "none"}


def part_beside(package: zipfile.ZipFile, kind: str) -> Any:
    """Return the root of the part that the document names with a relation of a kind (``comments``); None without one."""
    root = xml(package, "word/_rels/document.xml.rels")
    for one in () if root is None else root:
        if one.get("Type", "").rpartition("/")[2] == kind and one.get("TargetMode") != "External":
            return xml(package, posixpath.normpath(posixpath.join("word", one.get("Target", ""))).lstrip("/"))
    return None


def text_beside(root: Any, package: zipfile.ZipFile) -> Iterator[str]:
    """Tell of text in boxes, footnotes and endnotes, which no Markdown file of a folder has."""
    for box in root.iter(f"{W}txbxContent"):
        text = "".join(one.text or "" for one in box.iter(f"{W}t")).strip()
        if text and next(box.iterancestors(f"{_MC}Fallback"), None) is None:
            yield f"文本框里的“{text[:60]}”没有放进去"
    for kind in ("footnotes", "endnotes"):
        notes = part_beside(package, kind)
        for note in () if notes is None else notes:
            text = "".join(one.text or "" for one in note.iter(f"{W}t")).strip()
            if text:
                yield f"脚注“{text[:60]}”没有放进去，要保留的请写进正文"
