"""A page with its stylesheets in it, as pandoc's ``--embed-resources`` writes it.

Pandoc takes a whole page apart for that, tag by tag, which is slower than to write one. Here only what a report's page has is known,
and whatever is not certain to come out the same is left to pandoc.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

__all__ = ["self_contained"]

#: Whose attributes pandoc fetches.
_SOURCES = "src|data-src|poster|data-background-image"
#: Elements that pandoc may close with a slash.
_VOID = "hr|br|img|meta|link|col|use|path|rect"
_NAME = r"[A-Za-z][A-Za-z0-9-]*"
_ENTITY = r"&(?:amp|lt|gt|quot|\#39);"
_VALUE = rf"[A-Za-z_:][\w:.-]*=\"(?:[^\"<>&]|{_ENTITY})+\""
_ATTRIBUTES = rf"(?: (?!(?:{_SOURCES})=){_VALUE})*"
_PIECE = re.compile(
    rf"(?P<plain>(?:[^<>&\"]+|{_ENTITY}|</(?!(?:{_VOID})>){_NAME}>"
    rf"|<(?!(?:img|link|script|style)\b){_NAME}{_ATTRIBUTES}>)+)"
    r"|(?P<mark>[\">]|&nbsp;)"
    rf"|(?P<script><script{_ATTRIBUTES}>)(?P<text>(?:(?!<!--|</script>).)*</script>)"
    rf"|<(?P<name>img|link)(?P<attributes>(?: {_VALUE})*)(?P<slash> /)?>"
    r"|\A<![A-Z]+ html>",
    re.ASCII | re.DOTALL,
)
_MARKS = {'"': "&quot;", ">": "&gt;", "&nbsp;": "\xa0"}

#: Comments, white space of which the first stays, and anything else, as pandoc takes a stylesheet apart.
_CSS = re.compile(rb"/\*.*?\*/|([\t\n\v\f\r \xa0])[\t\n\v\f\r \xa0]*|(?:[^u/ \n\r\t]+|u|/)", re.DOTALL)
_CSS_FETCHES = re.compile(rb"url\(|@import|</|[\r&<]|\A\xef\xbb\xbf")


def self_contained(page: str, stylesheets: Mapping[str, Path]) -> str | None:
    """Put stylesheets, files by the address the page has for them, into a page that pandoc wrote without ``--embed-resources``.

    Returns what pandoc would write with it; None where only pandoc knows.
    """
    pieces: list[str] = []
    position = 0
    while position < len(page):
        found = _PIECE.match(page, position)
        text = _written(found, stylesheets) if found else None
        if found is None or text is None:
            return None
        pieces.append(text)
        position = found.end()
    return "".join(pieces)


def _written(piece: re.Match[str], stylesheets: Mapping[str, Path]) -> str | None:
    if plain := piece["plain"]:
        return _without_apostrophes(plain)
    if mark := piece["mark"]:
        return _MARKS[mark]
    if script := piece["script"]:
        return _without_apostrophes(script) + piece["text"]
    if not piece["name"]:
        return piece[0]
    pairs = re.findall(r" ([^=]+)=\"([^\"]*)\"", piece["attributes"])
    attributes = dict(pairs)
    if len(attributes) < len(pairs) or "data-external" in attributes:
        return None
    if piece["name"] == "link":
        return _style(attributes, stylesheets)
    return _picture(attributes, piece["slash"] or "")


def _without_apostrophes(text: str) -> str:
    return text.replace("'", "&#39;")


def _picture(attributes: dict[str, str], slash: str) -> str | None:
    """Write a picture that is in the page already, with what pandoc says of it."""
    sources = [value for name, value in attributes.items() if name in _SOURCES.split("|")]
    if not sources or not all(source.startswith("data:") for source in sources):
        return None
    said = {"role": "img"}
    if "alt" in attributes and "aria-label" not in attributes:
        said["aria-label"] = attributes["alt"]
    told = {name: value for name, value in said.items() if name not in attributes}
    return _without_apostrophes(
        "<img" + "".join(f' {name}="{value}"' for name, value in (told | attributes).items()) + f"{slash}>"
    )


def _style(attributes: dict[str, str], stylesheets: Mapping[str, Path]) -> str | None:
    address = unescape(attributes.get("href", ""))
    known = address in stylesheets and not re.search(r"[%?#]", address)
    if not known or attributes.get("rel") != "stylesheet" or "media" in attributes:
        return None
    css = stylesheets[address].read_bytes()
    if _CSS_FETCHES.search(css):
        return None
    kept = (one[1] or b"" if one[0].startswith(b"/*") or one[1] else one[0] for one in _CSS.finditer(css))
    return f'<style type="text/css">{b"".join(kept).decode()}</style>'
