"""The passages of a prose file: every paragraph, heading, item and cell as it is printed, with the place of each character in the file.

A reader of Markdown tells of lines only. Here each visible character has the offsets in the file that it came from, so that one of
them can be changed and all else stays byte for byte.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from helpers.document import markdown as parser
from helpers.document.placeholders import Context, fill, placeholders
from helpers.finishing.source_marks import PICTURE, kept_places, normalized

Kind = Literal["heading", "paragraph", "item", "cell", "quote", "fence"]

Look = frozenset[str]
"""How a character stands: ``strong``, ``em``, ``link:ADDRESS``."""

PLAIN: Look = frozenset()


class Char(NamedTuple):  # thousands in a report: a data class takes four times as long to make
    """A visible character: where it came from in the file, how it stands, and the placeholder (number and name) that brought it."""

    text: str
    start: int
    end: int
    look: Look = PLAIN
    placeholder: tuple[int, str] | None = None


@dataclass(frozen=True)
class Passage:
    """A passage of a prose file.

    Attributes
    ----------
    number
        Counted from 1 within its file.
    start, end
        Offsets of the smallest part of the file that can be taken away with it: its lines, or those of its list item.
    block
        Offsets of the whole list, table or quotation that it stands in; its own lines where it stands in none.
    chars
        What is printed, as :func:`helpers.finishing.source_marks.normalized` has it; empty where it cannot be placed.
    shown
        The same as text, also where it cannot be placed.
    prefix
        What stands before it in its line: ``## ``, ``- ``; empty for a paragraph.
    """

    section: str
    number: int
    kind: Kind
    line: int
    start: int
    end: int
    block: tuple[int, int]
    chars: tuple[Char, ...]
    shown: str
    prefix: str = ""

    @property
    def name(self) -> str:
        """Name of the passage: its file and its number, as in ``overview.3``."""
        return f"{self.section}.{self.number}"

    @property
    def where(self) -> str:
        """Where it stands, for people: its file and its line."""
        return f"{self.section}.md 第 {self.line} 行"

    @property
    def placed(self) -> bool:
        """Whether each of its characters has a place in the file."""
        return "".join(char.text for char in self.chars) == self.shown

    @property
    def template(self) -> str:
        """The text with the name of each placeholder in the place of what it brought; only where it can be placed."""
        parts: list[str] = []
        last = 0
        for char in self.chars:
            number, name = char.placeholder or (0, "")
            if not number:
                parts.append(char.text)
            elif number != last:
                parts.append(f"{{{{{name}}}}}")
            last = number
        return "".join(parts) if self.placed else self.shown

    def runs(self) -> list[tuple[int, int, str]]:
        """Offset, length and name of each placeholder in the text."""
        found: dict[int, tuple[int, int, str]] = {}
        for offset, char in enumerate(self.chars):
            if char.placeholder is not None:
                number, name = char.placeholder
                first, length, _ = found.get(number, (offset, 0, name))
                found[number] = (first, length + 1, name)
        return list(found.values())


def passages(text: str, section: str, context: Context) -> list[Passage]:
    """Return the passages of a prose file in their order; what shows no text (comments, pictures alone) is none.

    Raises
    ------
    SourceError
        The text is longer or nested deeper than is read, or names an unknown figure.
    """
    found: list[Passage] = []
    lines = _lines(text)
    for kind, node, outer in _leaves(parser.parse(text), "paragraph"):
        passage = _passage(text, lines, section, len(found) + 1, kind, node, outer, context)
        if passage.shown.replace(PICTURE, "").strip():
            found.append(passage)
    return found


def _lines(text: str) -> list[tuple[int, int, int]]:
    """Return start, end and end with its break of each line, as CommonMark counts them, and one more for the end of the file."""
    spans, start = [], 0
    for found in re.finditer(r"\r\n|\n|\r", text):
        spans.append((start, found.start(), found.end()))
        start = found.end()
    return [*spans, (start, len(text), len(text))]


def _leaves(
    node: SyntaxTreeNode, kind: Kind, outer: SyntaxTreeNode | None = None
) -> Iterator[tuple[Kind, SyntaxTreeNode, SyntaxTreeNode]]:
    """Yield what holds text, with what is taken away together with it."""
    for child in node.children:
        match child.type:
            case "heading":
                yield "heading", child, outer or child
            case "paragraph":
                yield kind, child, outer or child
            case "fence":
                yield "fence", child, outer or child
            case "th" | "td":
                yield "cell", child, child.parent or child
            case "list_item":
                alone = child if len(child.children) == 1 else None
                yield from _leaves(child, "item", alone)
            case "blockquote":
                yield from _leaves(child, "quote")
            case "bullet_list" | "ordered_list" | "table" | "thead" | "tbody" | "tr":
                yield from _leaves(child, kind)


def _passage(
    text: str,
    lines: Sequence[tuple[int, int, int]],
    section: str,
    number: int,
    kind: Kind,
    node: SyntaxTreeNode,
    outer: SyntaxTreeNode,
    context: Context,
) -> Passage:
    start, end = _extent(text, lines, outer)
    block = _extent(text, lines, _top(node))
    line = (node.map or outer.map or (0, 1))[0] + 1
    chars: tuple[Char, ...] = ()
    prefix = ""
    if kind == "fence":
        shown = "\n".join(map(_indented, fill(node.content, context).rstrip("\n").split("\n")))
    else:
        inline = node.children[0] if node.children else None
        if inline is None or inline.token is None:
            return Passage(section, number, kind, line, start, end, block, (), "")
        walker = _Walker(inline.token, context)
        try:
            walker.place(_content_lines(text, lines, node, inline.token))
            prefix = "" if kind == "cell" else text[lines[(inline.map or (0, 1))[0]][0] : walker.first]
        except _Unplaced:
            walker.place(None)
        chars, shown = walker.visible(), normalized("".join(char.text for char in walker.chars))
        chars = chars if walker.first >= 0 else ()
    if kind == "paragraph" and parser.numbered(shown) and outer.type == "paragraph":
        kind = "heading"
    return Passage(section, number, kind, line, start, end, block, chars, normalized(shown), prefix)


def _top(node: SyntaxTreeNode) -> SyntaxTreeNode:
    while node.parent is not None and not node.parent.is_root:
        node = node.parent
    return node


def _extent(text: str, lines: Sequence[tuple[int, int, int]], node: SyntaxTreeNode) -> tuple[int, int]:
    """Return the offsets of a node's lines, without the blank ones at its end."""
    first, last = node.map or (0, 1)
    while last > first + 1 and not text[slice(*lines[last - 1][:2])].strip():
        last -= 1
    return lines[first][0], lines[last - 1][2]


def _indented(line: str) -> str:
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + text


class _Unplaced(Exception):
    """The text was not found in the file where it should stand."""


_CELL = re.compile(r"(?:[^|\\]|\\.)*")


def _content_lines(
    text: str, lines: Sequence[tuple[int, int, int]], node: SyntaxTreeNode, inline: Token
) -> list[tuple[str, int]]:
    """Return each line of a paragraph's own text with its offset in the file."""
    contents = parser.unjoined(inline.content).split("\n")
    first = (inline.map or [0])[0]
    placed: list[tuple[str, int]] = []
    for content, (start, stop, _) in zip(contents, lines[first:], strict=False):
        line, wanted = text[start:stop], content.rstrip()
        if node.type in {"th", "td"}:
            at = _cell_start(line, node)
        elif node.type == "heading" and node.markup.startswith("#"):
            mark = re.search(rf"{node.markup}[ \t]*", line)  # behind a list's or a quotation's
            at = mark.end() if mark else -1
        else:
            at = len(line.rstrip()) - len(wanted)
        if at < 0 or line[at : at + len(wanted)] != wanted:
            raise _Unplaced
        placed.append((content, start + at))
    return placed


def _cell_start(line: str, node: SyntaxTreeNode) -> int:
    assert node.parent is not None
    column = node.parent.children.index(node)
    at = re.match(r"[ \t>]*\|?", line).end()  # type: ignore[union-attr]  # it matches anything
    for _ in range(column):
        at = _CELL.match(line, at).end() + 1  # type: ignore[union-attr]  # likewise
    blank = re.compile(r"[ \t]*").match(line, at)
    return blank.end() if blank else at


class _Walker:
    """Goes through the parts of a paragraph and its source side by side."""

    def __init__(self, inline: Token, context: Context) -> None:
        self.tokens = inline.children or []
        self.context = context

    def place(self, lines: list[tuple[str, int]] | None) -> None:
        """Find every character; without lines only what is shown.

        Raises
        ------
        _Unplaced
            Something does not stand where it should.
        """
        self.chars: list[Char] = []
        self.count = 0
        self.at = 0
        self.source = None if lines is None else "\n".join(content for content, _ in lines)
        self.offsets = [offset + step for content, offset in lines or () for step in range(len(content) + 1)]
        self.first = self.offsets[0] if self.offsets else -1
        looks: list[str] = []
        for token in self.tokens:
            self._token(token, looks)

    def _token(self, token: Token, looks: list[str]) -> None:
        look = frozenset(looks)
        match token.type:
            case "text":
                self._text(parser.unjoined(token.content), look)
            case "text_special":
                self._add(token.content, self._skip(token.markup), look)
            case "strong_open" | "em_open":
                self._skip(token.markup)
                looks.append(token.tag)
            case "strong_close" | "em_close":
                self._skip(token.markup)
                looks.remove(token.tag)
            case "link_open":
                self._skip("<" if token.markup == "autolink" else "[")
                looks.append(f"link:{token.attrs['href']}")
            case "link_close":
                self._skip(">") if token.markup == "autolink" else self._link_end()
                looks[:] = [one for one in looks if not one.startswith("link:")]
            case "code_inline":
                self._code(token, look)
            case "image":
                start = self.at
                self._skip(f"![{parser.unjoined(token.content)}")
                self._link_end()
                self._add(PICTURE, start, look)
            case "softbreak" | "hardbreak":
                start = self._break()
                self._add("\n" if token.type == "hardbreak" else "\v", start, look)
            case "html_inline":
                self._skip(token.content)

    def _skip(self, expected: str) -> int:
        """Step over what must stand here; return where it began."""
        start = self.at
        if self.source is not None and not self.source.startswith(expected, start):
            raise _Unplaced
        self.at += len(expected)
        return start

    def _add(self, shown: str, start: int, look: Look, placeholder: tuple[int, str] | None = None) -> None:
        """Add what came from all that was stepped over since ``start``."""
        if self.source is None:
            span = (-1, -1)
        elif start < self.at <= len(self.offsets):
            span = (self.offsets[start], self.offsets[self.at - 1] + 1)
        else:
            raise _Unplaced
        self.chars += [Char(char, *span, look, placeholder) for char in shown]

    def _text(self, content: str, look: Look) -> None:
        for part, name in placeholders(content):
            if name:
                start = self._skip(part)
                self.count += 1
                self._add(fill(part, self.context), start, look, (self.count, name))
            else:
                self._plain(part, look)

    def _plain(self, text: str, look: Look) -> None:
        """Add text that stands in the file as it is shown, each character from a place of its own."""
        start = self._skip(text)
        if self.source is None:
            self._add(text, start, look)
            return
        places = self.offsets[start : self.at]
        self.chars += [Char(char, at, at + 1, look) for char, at in zip(text, places, strict=True)]

    def _code(self, token: Token, look: Look) -> None:
        shown = parser.unjoined(token.content)
        if self.source is None:
            self._add(fill(shown, self.context), 0, look)
            return
        self._skip(token.markup)
        stop = self.source.find(token.markup, self.at)
        at = self.source.replace("\n", " ").find(shown, self.at, stop)
        if at < 0:
            raise _Unplaced
        self.at = at
        self._text(shown, look | {"code"})
        self.at = stop + len(token.markup)

    def _link_end(self) -> None:
        """Step over the address of a link or picture, as the parser reads it."""
        if self.source is None:
            return
        self._skip("](")
        source, most = self.source, len(self.source)
        address = parseLinkDestination(source, self._blank(self.at), most)
        at = self._blank(address.pos) if address.ok else self._blank(self.at)
        title = parseLinkTitle(source, at, most)
        if title.ok:
            at = self._blank(title.pos)
        self.at = at
        self._skip(")")

    def _blank(self, at: int) -> int:
        found = re.compile(r"[ \t\n]*").match(self.source or "", at)
        return found.end() if found else at

    def _break(self) -> int:
        start = self.at
        if self.source is not None:
            found = re.compile(r"(?:[ \t]*|\\)\n[ \t]*").match(self.source, start)
            if found is None:
                raise _Unplaced
            self.at = found.end()
        return start

    def visible(self) -> tuple[Char, ...]:
        """Return the characters of the normalized text; a line break in the file is a space, or nothing in Chinese."""
        for number, char in reversed([*enumerate(self.chars)]):
            if char.text == "\v":
                beside = [
                    one.text
                    for one in (*self.chars[number - 1 : number], *self.chars[number + 1 : number + 2])
                ]
                shown = (
                    [] if any(map(parser.is_wide, beside)) else [Char(" ", char.start, char.end, char.look)]
                )
                self.chars[number : number + 1] = shown
        kept = (self.chars[place] for place in kept_places("".join(char.text for char in self.chars)))
        return tuple(char._replace(text=" ") if char.text in "\t\r" else char for char in kept)
