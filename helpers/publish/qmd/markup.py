"""Markdown judged: Quarto's marks in it are understood, or refused by name and line; shortcodes become what the filters know.

What a cell prints is judged like what stands in the source. Values inside code, raw blocks and trees are nobody's marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from helpers.publish.qmd.errors import Place, PublishError
from helpers.publish.qmd.supported import inventory, nearest, refusal

__all__ = ["fence", "fence_end", "judged_markdown", "refuse_annotations"]

_FENCE = re.compile(r"^( *)(`{3,}|~{3,})(.*)$")
_ANNOTATION = re.compile(r"(?:#|//|--|%|;)\s*(<\d+>)\s*$")
_SHORTCODE = re.compile(r"\{\{<\s*(\S+?)(?:\s+(.*?))?\s*>\}\}")
_ESCAPED_SHORTCODE = re.compile(r"\{(\{\{<.*?>\}\})\}")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)(?:\{[^{}\n]*\})?", re.DOTALL)
#: {#label .class key="value"}, over more than one line, too; and the class alone that a div may have.
_ATTRIBUTES = re.compile(r"""\{\s*(?=[#.]|[\w:-]+\s*=)((?:[^{}"']|"[^"]*"|'[^']*')*)\}""")
_DIV_CLASS = re.compile(r"^[ >]*:{3,}\s*([A-Za-z][\w-]*)\s*:*\s*$", re.MULTILINE)
_HTML_CLASS = re.compile(r"""<(?:div|span|section)\b[^>]*\bclass=["']([^"']*)["']""")
_VALUE = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"']+"""
_ATTRIBUTE = re.compile(
    rf"(?<!\S)(?:#(?P<label>\S+)|\.(?P<class>[^\s.#]+)|(?P<key>[\w:-]+)\s*=\s*(?P<value>{_VALUE}))"
)
#: Pandoc reads no reference right after a letter, and Chinese has no spaces.
_GLUED = re.compile(r"[^\W\da-zA-Z_](-?@(?:fig|tbl|sec)-[\w-]+)")
_LIKE = 0.8


def fence(line: str) -> re.Match[str] | None:
    """Match a line that opens a fenced block: its indent, its ticks or tildes, and what follows them."""
    found = _FENCE.match(line)
    return None if found and found[2][0] == "`" and "`" in found[3] else found


def fence_end(lines: list[str], start: int, ticks: str) -> int | None:
    """Return the index of the line that ends the fenced block begun at ``start`` with these ticks or tildes; None where none does."""
    close = re.compile(rf"^ *{re.escape(ticks[0])}{{{len(ticks)},}}\s*$")
    return next((number for number in range(start + 1, len(lines)) if close.match(lines[number])), None)


def judged_markdown(lines: list[str], place: Place | None, *, source: bool) -> str:
    """Judge Markdown with its fenced blocks, and return what pandoc and the filters read; ``place`` is where it begins, if known.

    Of what cells print, which stands in no ``source``, fenced blocks are data. Raises PublishError for the first thing that is not supported.
    """
    done: list[str] = []
    start = number = 0

    def prose(until: int) -> None:
        if until > start:
            text = "\n".join(lines[start:until])
            done.append(judged(text, place and place.down(start), source=source))

    while number < len(lines):
        opened = fence(lines[number])
        end = fence_end(lines, number, opened[2]) if opened else None
        if end is not None:
            prose(number)
            block = lines[number : end + 1]
            done += judged_code(block, place and place.down(number)) if source else block
            start = end + 1
            number = end
        number += 1
    prose(len(lines))
    return "\n".join(done) + "\n"


def judged(text: str, place: Place | None, *, source: bool) -> str:
    """Judge Markdown without fenced blocks and replace the shortcodes that are honoured; otherwise as :func:`judged_markdown`."""

    def at(position: int) -> Place | None:
        return place and place.down(text.count("\n", 0, position))

    if not re.search(r"\{|:::|@|class=", text):
        return text
    plain = _CODE_SPAN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for position, name, reason in _refused_marks(plain):
        raise PublishError(f"{reason}，此处是 {name}", at(position))
    if source and (glued := _GLUED.search(plain)):
        said = f"引用 {glued[1]} 紧跟在文字后面，不会被识别；请在它前面加一个空格"
        raise PublishError(said, at(glued.start(1)))
    return _shortcodes(text, at)


def judged_code(lines: list[str], place: Place | None) -> list[str]:
    """Judge a fenced block: its attributes, the shortcodes in its text, and the numbers of annotations.

    Escaped shortcodes are returned as they are to be shown.
    """
    for _, name, reason in _refused_marks(lines[0]):
        raise PublishError(f"{reason}，此处是 {name}", place)
    refuse_annotations(lines, place)
    for number, line in enumerate(lines[1:], 1):
        if found := _SHORTCODE.search(_ESCAPED_SHORTCODE.sub("", line)):
            raise _refused_shortcode(found, place and place.down(number))
    return [_ESCAPED_SHORTCODE.sub(r"\1", line) for line in lines]


def refuse_annotations(lines: list[str], place: Place | None) -> None:
    """Refuse lines of code that end with the number of an annotation."""
    for number, line in enumerate(lines):
        if found := _ANNOTATION.search(line):
            raise PublishError(f"不支持代码注释编号，此处是 {found[1]}", place and place.down(number))


def _refused_marks(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the classes, attributes and labels that are not supported, each with its position and the reason."""
    for pattern in (_DIV_CLASS, _HTML_CLASS):
        for found in pattern.finditer(text):
            for name in found[1].split():
                if reason := _refused("class", name):
                    yield found.start(1), f".{name}", reason
    for found in _ATTRIBUTES.finditer(text):
        for one in _ATTRIBUTE.finditer(found[1]):
            position = found.start(1) + one.start()
            if name := one["class"]:
                if reason := _refused("class", name):
                    yield position, f".{name}", reason
            elif label := one["label"]:
                kind = label.split("-")[0]
                if "-" in label and kind in inventory()["label"] and (reason := refusal("label", kind)):
                    yield position, f"#{label}", reason
            else:
                value = one["value"].strip("\"'")
                if reason := _refused("attribute", one["key"], value != "false" and value):
                    yield position, one["key"], reason


def _refused(kind: str, name: str, value: Any = True) -> str | None:
    """Return why a class or an attribute is refused; None where it is not, or is nobody's but the document's."""
    if name in inventory()[kind]:
        return refusal(kind, name, value)
    own = name.startswith(("data-", "aria-", "typst:"))
    like = None if own else nearest(kind, name, _LIKE)
    said = "没有这个类；最接近的是 ." if kind == "class" else "没有这个属性；最接近的是 "
    return f"{said}{like}" if like else None


def _shortcodes(text: str, at: Callable[[int], Place | None]) -> str:
    """Replace the shortcodes; the escaped ones show what they escape."""
    if "{{<" not in text:
        return text
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1])
        return f"\0{len(kept) - 1}\0"

    masked = _ESCAPED_SHORTCODE.sub(keep, text)
    for span in _CODE_SPAN.finditer(masked):
        if found := _SHORTCODE.search(span[0]):
            raise _refused_shortcode(found, at(text.find(found[0])))
    masked = re.sub(
        r"^[ \t]*\{\{<\s*pagebreak\s*>\}\}[ \t]*$",
        "::: {.publish-pagebreak}\n:::",
        masked,
        flags=re.MULTILINE,
    )
    masked = re.sub(
        r"(?<!\()(?<![\"'=])\{\{<\s*meta\s+([\w.-]+)\s*>\}\}", r"[]{.publish-meta key='\1'}", masked
    )
    if found := _SHORTCODE.search(masked):
        raise _refused_shortcode(found, at(text.find(found[0])))
    return re.sub("\0(\\d+)\0", lambda m: re.sub(r"([{}<>])", r"\\\1", kept[int(m[1])]), masked)


def _refused_shortcode(found: re.Match[str], place: Place | None) -> PublishError:
    name = found[1]
    rows = inventory()["shortcode"]
    if name in rows and rows[name].status == "supported":
        reason = (
            "include 和 pagebreak 须独占一行，meta 不能在代码、网址和属性里，单元格打印的文字里没有 include"
        )
    else:
        reason = refusal("shortcode", name) or ""
    return PublishError(
        f"不支持短代码 {{{{< {name} >}}}}：{reason}；若要原样显示，请写成 {{{{{{< {name} … >}}}}}}", place
    )
