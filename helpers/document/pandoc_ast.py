"""Pandoc's own document tree, written out: what a folder says reaches every format without being read as Markdown.

A cell prints the tree as one raw block ``{=pandoc-json}``. Quarto (since 1.5) and the built-in engine put the blocks in
its place; nothing that stands in a text is parsed again, so no text can become markup.

The shapes are those of pandoc-types 1.23 (``Text.Pandoc.Definition``): blocks and inlines are JSON objects.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Node = dict[str, Any]
"""One block or inline: ``{"t": type, "c": content}``."""

API_VERSION = (1, 23, 1)

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SPACES = re.compile("([ \t\n]+)")


def raw_block(blocks: Sequence[Node]) -> str:
    """Return blocks as Markdown for an ``asis`` cell; nothing where there are none."""
    if not blocks:
        return ""
    document = {"pandoc-api-version": API_VERSION, "meta": {}, "blocks": list(blocks)}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # On its one line nothing may end the block, and no shortcode may begin: both are looked for before pandoc reads.
    return f"```{{=pandoc-json}}\n{_STRING.sub(_guarded, text)}\n```"


def _guarded(string: re.Match[str]) -> str:
    return re.sub(r"[`{<\u0085\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", string[0])


def raw_html(markup: str) -> str:
    """Return HTML of ours, in which every text is escaped, as a raw block that no text in it can end."""
    safe = markup.replace("`", "&#96;").replace("{{", "&#123;&#123;")
    return f"```{{=html}}\n{safe}\n```"


def typst_string(text: str) -> str:
    """Return a text as a string literal of Typst, in which these are the only escapes that are needed."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


_LISTED = [f"{byte}," for byte in range(256)]
_ESCAPED = {
    code: f"\\u{{{code:x}}}"
    for code in (*range(32), *range(127, 160), *map(ord, '\\"{}`<\u2028\u2029\ufeff'))
}
"""Characters that mean something in a string literal of Typst, or to whoever reads the block it stands in."""


def typst_bytes(data: bytes) -> str:
    """Return bytes as Typst has them: from a text where they are one, which it reads far sooner than a list of numbers."""
    try:
        return f'bytes("{data.decode().translate(_ESCAPED)}")'
    except UnicodeDecodeError:
        return f"bytes(({''.join(map(_LISTED.__getitem__, data))}))"


# Inlines --------------------------------------------------------------------------------------------------------------


def text(content: str) -> list[Node]:
    """Return a text as words and spaces.

    A text with two opening braces stays one word: Quarto would put a shortcode together again from its words.
    """
    if "{{" in content:
        return [_str(" ".join(content.split("\n")))]
    return [
        {"t": "Space"} if number % 2 else _str(part)
        for number, part in enumerate(_SPACES.split(content))
        if part
    ]


def _str(content: str) -> Node:
    return {"t": "Str", "c": content}


def space() -> Node:
    """Return a space between words."""
    return {"t": "Space"}


def line_break() -> Node:
    """Return a line break that stays."""
    return {"t": "LineBreak"}


def strong(inlines: Sequence[Node]) -> Node:
    """Return bold text."""
    return {"t": "Strong", "c": list(inlines)}


def emphasis(inlines: Sequence[Node]) -> Node:
    """Return emphasised text."""
    return {"t": "Emph", "c": list(inlines)}


def strikeout(inlines: Sequence[Node]) -> Node:
    """Return text that is struck through."""
    return {"t": "Strikeout", "c": list(inlines)}


def underline(inlines: Sequence[Node]) -> Node:
    """Return underlined text."""
    return {"t": "Underline", "c": list(inlines)}


def link(inlines: Sequence[Node], target: str, title: str = "") -> Node:
    """Return a link."""
    return {"t": "Link", "c": [_attributes(), list(inlines), [target, title]]}


def image(alt: str, path: str, attributes: Mapping[str, str] | None = None) -> Node:
    """Return a picture with its alternative text."""
    return {"t": "Image", "c": [_attributes(attributes=attributes), text(alt), [path, ""]]}


def span(inlines: Sequence[Node], classes: Sequence[str], attributes: Mapping[str, str]) -> Node:
    """Return a part of a text with classes and attributes; they must be ours."""
    return {"t": "Span", "c": [_attributes("", classes, attributes), list(inlines)]}


def raw_inline(output_format: str, content: str) -> Node:
    """Return what only one format shows, in its own language; it must be ours, and what comes from a text escaped."""
    return {"t": "RawInline", "c": [output_format, content]}


# Blocks ---------------------------------------------------------------------------------------------------------------


def para(inlines: Sequence[Node]) -> Node:
    """Return a paragraph."""
    return {"t": "Para", "c": list(inlines)}


def plain(inlines: Sequence[Node]) -> Node:
    """Return text that is no paragraph of its own, as in a tight list."""
    return {"t": "Plain", "c": list(inlines)}


def heading(level: int, inlines: Sequence[Node], identifier: str = "") -> Node:
    """Return a heading; ``level`` counts from 1."""
    return {"t": "Header", "c": [level, _attributes(identifier), list(inlines)]}


def quote(blocks: Sequence[Node]) -> Node:
    """Return a block quotation."""
    return {"t": "BlockQuote", "c": list(blocks)}


def bullet_list(items: Sequence[Sequence[Node]]) -> Node:
    """Return a list with bullets."""
    return {"t": "BulletList", "c": [list(item) for item in items]}


def ordered_list(items: Sequence[Sequence[Node]], start: int = 1, delimiter: str = ".") -> Node:
    """Return a numbered list; ``delimiter`` is what stands behind the number, a point or a bracket."""
    style = {"t": "OneParen" if delimiter == ")" else "Period"}
    return {"t": "OrderedList", "c": [[start, {"t": "Decimal"}, style], [list(item) for item in items]]}


def rule() -> Node:
    """Return a horizontal rule."""
    return {"t": "HorizontalRule"}


def div(
    blocks: Sequence[Node],
    identifier: str = "",
    classes: Sequence[str] = (),
    attributes: Mapping[str, str] | None = None,
) -> Node:
    """Return a division with attributes; they must be ours."""
    return {"t": "Div", "c": [_attributes(identifier, classes, attributes), list(blocks)]}


def table(
    head: Sequence[Sequence[Node]],
    rows: Iterable[Sequence[Sequence[Node]]],
    alignments: Sequence[str],
    *,
    full_width: bool,
) -> Node:
    """Return a table with one head row.

    Parameters
    ----------
    head, rows
        Cells, each as inlines; all rows have as many.
    alignments
        ``left``, ``center``, ``right`` or nothing, by column.
    full_width
        Share the whole width among the columns instead of letting each be as wide as its text.
    """
    width: Node = {"t": "ColWidth", "c": 1 / len(alignments)} if full_width else {"t": "ColWidthDefault"}
    columns = [[{"t": f"Align{one.capitalize() or 'Default'}"}, width] for one in alignments]
    body = [_attributes(), 0, [], [_row(row) for row in rows]]
    return {
        "t": "Table",
        "c": [
            _attributes(),
            [None, []],
            columns,
            [_attributes(), [_row(head)]],
            [body],
            [_attributes(), []],
        ],
    }


def _row(cells: Sequence[Sequence[Node]]) -> list[Any]:
    return [_attributes(), [[_attributes(), {"t": "AlignDefault"}, 1, 1, [plain(cell)]] for cell in cells]]


def _attributes(
    identifier: str = "", classes: Sequence[str] = (), attributes: Mapping[str, str] | None = None
) -> list[Any]:
    return [identifier, list(classes), [list(pair) for pair in (attributes or {}).items()]]


# Properties of the document -------------------------------------------------------------------------------------------


def escaped(content: str) -> str:
    """Return a text as Markdown that says just that text, for where only Markdown can stand: a property's value.

    Raises
    ------
    ValueError
        The text holds two opening braces, which Quarto would read as a shortcode whatever stands before them.
    """
    if "{{" in content:
        raise ValueError(content)
    return re.sub(r"[!-/:-@\[-`{-~]", r"\\\g<0>", content)
