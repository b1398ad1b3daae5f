"""The XML of a Word file's package: names, the body read and written, a part entered in the package's lists (ECMA-376 part 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES = {"w": W[1:-1]}
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BODY = "word/document.xml"
_RELATIONS, _TYPES = "word/_rels/document.xml.rels", "[Content_Types].xml"


def parsed(document: bytes, *, blanks: bool = True) -> Any:
    """Return the root of a document of ours, with or without the blanks between its elements.

    Pandoc names a picture by its address, and one with all its data is longer than the parser takes unasked.
    """
    from lxml import etree

    return etree.fromstring(document, etree.XMLParser(huge_tree=True, remove_blank_text=not blanks))


def serialized(root: Any) -> bytes:
    """Return a part as bytes."""
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def entered(contents: Mapping[str, bytes], override: str, relation: str) -> dict[str, bytes]:
    """Return a package's list of types and the document's relations with an entry more each."""
    return {
        _TYPES: contents[_TYPES].replace(b"</Types>", f"{override}</Types>".encode()),
        _RELATIONS: contents[_RELATIONS].replace(b"</Relationships>", f"{relation}</Relationships>".encode()),
    }
