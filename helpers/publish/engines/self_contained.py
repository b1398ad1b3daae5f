"""A page with its stylesheets in it, as pandoc's ``--embed-resources`` writes it.

Pandoc takes a whole page apart for that, tag by tag, which is slower than to write one. Here only what differs is looked at, and
whatever is not certain to come out the same is left to pandoc.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

__all__ = ["self_contained"]

_NAME = r"[A-Za-z][A-Za-z0-9-]*"
_ATTRIBUTE = r"[A-Za-z_:][\w:.-]*"
#: Whose attributes pandoc fetches, and what it fetches.
_SOURCES = "src|data-src|poster|data-background-image"
#: Elements that pandoc may close with a slash.
_VOID = "hr|br|img|meta|link|col|use|path|rect"
_ENTITY = r"&(?:amp|lt|gt|quot|\#39);"

#: What stays as it is: text, and tags in their usual form.
_PLAIN = re.compile(
    rf"(?:[^<>&\"']+|{_ENTITY}|</(?!(?:{_VOID})>){_NAME}>"
    rf"|<(?!(?:img|link|script|style)\b){_NAME}"
    rf"(?: (?!(?:{_SOURCES})=){_ATTRIBUTE}=\"(?:[^\"<>&']|{_ENTITY})+\")*>)+",
    re.ASCII,
)
_TAG = re.compile(
    rf"<(?P<name>{_NAME})(?P<attributes>(?:\s+{_ATTRIBUTE}(?:=\"[^\"]*\")?)*)(?P<slash>\s*/)?>", re.ASCII
)
_ONE_ATTRIBUTE = re.compile(rf"\s+({_ATTRIBUTE})(?:=\"([^\"]*)\")?", re.ASCII)
_VALUE = re.compile(rf"(?:[^\"&]|{_ENTITY})*")
_DECLARATION = re.compile(r"<![A-Z]+ html>")
_COMMENT = re.compile(r"<!--(?!-?>)(?:(?!--).)*-->", re.DOTALL)
_ESCAPED = {'"': "&quot;", "'": "&#39;", ">": "&gt;", "&nbsp;": "\xa0"}
_LITERAL = re.compile("|".join(_ESCAPED))

#: Comments, white space of which the first stays, and anything else, as pandoc takes a stylesheet apart.
_CSS = re.compile(rb"/\*.*?\*/|([\t\n\v\f\r \xa0])[\t\n\v\f\r \xa0]*|(?:[^u/ \n\r\t]+|u|/)", re.DOTALL)
_CSS_FETCHES = re.compile(rb"url\(|@import|</|[\r&<]|\A\xef\xbb\xbf")

Attributes = dict[str, str]


class _Uncertain(Exception):
    """Pandoc has to look at this page."""


def self_contained(page: str, stylesheets: Mapping[str, Path]) -> str | None:
    """Put stylesheets into a page.

    Parameters
    ----------
    page
        HTML as pandoc writes it without ``--embed-resources``.
    stylesheets
        Files by the address the page has for them.

    Returns
    -------
    str or None
        What pandoc would write with ``--embed-resources``; None where only pandoc knows.
    """
    declared = _DECLARATION.match(page)
    pieces = [declared[0]] if declared else []
    position = len("".join(pieces))
    try:
        while position < len(page):
            found, text = _next_piece(page, position, stylesheets)
            pieces.append(text)
            position = found
    except _Uncertain:
        return None
    return "".join(pieces)


def _next_piece(page: str, position: int, stylesheets: Mapping[str, Path]) -> tuple[int, str]:
    """Return where the next piece ends, and what is written for it."""
    if plain := _PLAIN.match(page, position):
        return plain.end(), plain[0]
    if literal := _LITERAL.match(page, position):
        return literal.end(), _ESCAPED[literal[0]]
    if comment := _COMMENT.match(page, position):
        return comment.end(), comment[0]
    tag = _TAG.match(page, position)
    if tag is None:
        raise _Uncertain
    if tag["name"] == "link":
        return tag.end(), _link(tag, stylesheets)
    if tag["name"] in ("script", "style"):
        return _with_text(page, tag)
    return tag.end(), _written(tag["name"], _attributes(tag), bool(tag["slash"]))


def _attributes(tag: re.Match[str]) -> Attributes:
    """Return a tag's attributes, those that pandoc fetches with what it says of them."""
    pairs = [(name, value or "") for name, value in _ONE_ATTRIBUTE.findall(tag["attributes"])]
    attributes = dict(pairs)
    if len(attributes) < len(pairs) or not all(_VALUE.fullmatch(value) for value in attributes.values()):
        raise _Uncertain
    sources = [value for name, value in pairs if name in _SOURCES.split("|")]
    if not sources or attributes.get("data-external") == "1":
        return attributes
    if not all(source.startswith("data:") for source in sources):
        raise _Uncertain
    labelled = {"aria-label": attributes["alt"]} if "alt" in attributes else {}
    return ({"role": "img"} if "role" not in attributes else {}) | (
        labelled | attributes if "aria-label" not in attributes else attributes
    )


def _written(name: str, attributes: Attributes, closed: bool) -> str:
    given = "".join(
        f' {attribute}="{_LITERAL.sub(lambda one: _ESCAPED[one[0]], value)}"' if value else f" {attribute}"
        for attribute, value in attributes.items()
    )
    if not closed:
        return f"<{name}{given}>"
    return f"<{name}{given} />" if name.lower() in _VOID.split("|") else f"<{name}{given}></{name}>"


def _link(tag: re.Match[str], stylesheets: Mapping[str, Path]) -> str:
    attributes = _attributes(tag)
    address = unescape(attributes.get("href", ""))
    known = address in stylesheets and not re.search(r"[%?#]", address)
    if not known or attributes.get("rel") != "stylesheet" or "media" in attributes:
        raise _Uncertain
    return f'<style type="text/css">{_tidy_css(stylesheets[address].read_bytes())}</style>'


def _with_text(page: str, tag: re.Match[str]) -> tuple[int, str]:
    """Return where a script or a style ends, and what is written for it."""
    name = tag["name"]
    end = page.find(f"</{name}>", tag.end())
    text = page[tag.end() : end]
    if end < 0 or tag["slash"] or "src=" in tag["attributes"] or "<!--" in text:
        raise _Uncertain
    if name == "style":
        text = _tidy_css(text.encode())
    return end + len(f"</{name}>"), f"{_written(name, _attributes(tag), closed=False)}{text}</{name}>"


def _tidy_css(css: bytes) -> str:
    if _CSS_FETCHES.search(css):
        raise _Uncertain
    kept = (
        one[0] if not one[0].startswith(b"/*") and not one[1] else one[1] or b"" for one in _CSS.finditer(css)
    )
    return b"".join(kept).decode()
