"""The prose sections: figures filled in by name, then neutralised, so that text from a folder stays text.

A folder's Markdown is parsed as CommonMark with tables (markdown-it), and what is text in it is written out again with
every punctuation mark escaped. Neither pandoc nor Quarto can then find raw HTML, an attribute or a shortcode in it.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from helpers.findings import Finding, finding
from helpers.form import FOLDER, FORM, TOTAL
from helpers.report import Figure, Report
from helpers.sources import SourceError
from helpers.values import show

Context = dict[str, Any]


@dataclass(frozen=True)
class Paragraph:
    """A heading, paragraph, list item or table cell as plain text, with the line of its file on which it begins."""

    line: int
    text: str
    heading: bool = False


def markdown(report: Report, name: str) -> str:
    """Return a prose section as Markdown that is safe to print from an ``asis`` cell.

    Parameters
    ----------
    name
        ``lead``, ``overview``, ``problems`` or ``other``; without a ``lead.md`` the form's standard lead is used.

    Raises
    ------
    SourceError
        The prose holds something that is not text, or names an unknown figure; :func:`findings` lists all of it.
    """
    return "\n\n".join(text for _, text in blocks(report, name))


def blocks(report: Report, name: str) -> list[tuple[range, str]]:
    """Return the blocks of a prose section as in :func:`markdown`, each with its lines in the section's file."""
    root = _parse(_fill(_source(report, name), names(report)))
    for node in root.walk():
        if node.type == "image":
            node.attrs["src"] = quote(os.path.relpath(_picture(report, node)))
    lines = (node.map or (0, 1) for node in root.children)
    return [
        (range(first + 1, last + 1), _block(node))
        for (first, last), node in zip(lines, root.children, strict=True)
    ]


def front_matter(report: Report, draft: bool = False) -> str:
    """Return the document's properties as a YAML block for an ``asis`` cell; what comes from data is escaped.

    Parameters
    ----------
    draft
        Mark every page as a draft.
    """
    properties: dict[str, Any] = {
        "title": escape(report.title),
        "pagetitle": escape(report.title),
        # Where a page breaks a long title: after the organ.
        "title-organ": escape(report.organ),
        "title-rest": escape(report.title.removeprefix(report.organ)),
        "author": escape(report.organ),
        "keywords": [escape(word) for word in (report.short_name, str(report.year), *FORM.keywords)],
        "description": escape(FORM.description.format(organ=report.organ, year=report.year)),
        "date": report.dated.isoformat(),
    }
    if draft:
        properties["watermark"] = "草稿"
    return f"---\n{yaml.safe_dump(properties, allow_unicode=True, sort_keys=False, width=10_000)}---\n"


def paragraphs(report: Report, name: str) -> list[Paragraph]:
    """Return a prose section as plain text, block by block, placeholders filled; nothing of prose that is refused."""
    tree, refused = _examine(report, _source(report, name), names(report))
    return [] if refused else list(_paragraphs(tree))


def findings(report: Report) -> list[Finding]:
    """Everything in the prose of a report that is not text, with file and line (rule PROSE)."""
    return read(report)[1]


def read(report: Report) -> tuple[dict[str, list[Paragraph]], list[Finding]]:
    """Read all prose files at once: plain text by name, without what is refused; and :func:`findings`."""
    context = names(report)
    texts: dict[str, list[Paragraph]] = {}
    found: list[Finding] = []
    for name, text in report.prose.items():
        tree, refused = _examine(report, text, context)
        if not refused:
            texts[name] = list(_paragraphs(tree))
        found += [finding("PROSE", error.message, file=f"{name}.md", line=error.line) for error in refused]
    return texts, found


def _source(report: Report, name: str) -> str:
    if name == "lead" and name not in report.prose:
        return (FOLDER / "lead.md").read_text(encoding="utf-8")
    return report.prose[name]


# Figures by name ------------------------------------------------------------------------------------------------------


class _Row(dict[str, str]):
    """A row's figures by column key; printed itself it is the row's total."""

    def __str__(self) -> str:
        return self[TOTAL]


def names(report: Report) -> Context:
    """Everything a placeholder can name.

    A figure goes by the key of its row: ``{{ licensing }}``, ``{{ new_received }}`` (the total), and with its column
    ``{{ new_received.business }}``; the facts of report.yml by theirs.
    """
    contact = report.contact
    details = "".join(
        f"，{label}：{value}"
        for label, value in (("地址", contact.address), ("电子邮箱", contact.email))
        if value
    )
    context: Context = {
        "organ": report.organ,
        "short_name": report.short_name,
        "year": report.year,
        "year_previous": report.year - 1,
        "year_next": report.year + 1,
        "contact": {key: value or "" for key, value in vars(contact).items()},
        "contact_details": details,
        "information_fee_yuan": show(report.information_fee_yuan),
        "regulation": FORM.regulation,
        "notice": FORM.notice,
    }
    for table in FORM.tables.values():
        frame = report.tables[table.name]
        for key, figures in zip(frame.index, frame.to_numpy(), strict=True):
            printed = {
                column: show(figure) if isinstance(figure, Figure) else ""
                for column, figure in zip(table.column, figures, strict=True)
            }
            context[key] = _Row(printed) if TOTAL in printed else printed["value"]
    return context


@cache
def _jinja() -> ImmutableSandboxedEnvironment:
    # finalize: what a placeholder brings is text too, and must not be read as Markdown.
    # No comments: “{#” is an attribute to whoever knows pandoc, and shown literally.
    return ImmutableSandboxedEnvironment(
        comment_start_string="\0#",
        comment_end_string="#\0",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=lambda value: escape(str(value).replace("\n", " ")),
    )


def _fill(text: str, context: Context) -> str:
    """Replace the placeholders; only names are allowed in them, no expression, no statement."""
    try:
        tree = _jinja().parse(text)
        for node in tree.find_all(nodes.Node):
            if not isinstance(
                node, nodes.Template | nodes.Output | nodes.TemplateData | nodes.Name | nodes.Getattr
            ):
                raise SourceError("占位符里只能写名称，如 {{ licensing }}，不能写算式或语句", node.lineno)
        for output in tree.find_all(nodes.Output):
            for node in output.nodes:
                _require_known(node, context)
        return _jinja().from_string(tree).render(context)
    except TemplateSyntaxError as error:
        raise SourceError(
            "占位符写法有误，应如 {{ licensing }}：两个花括号，里面一个名称", error.lineno
        ) from None
    except (UndefinedError, SecurityError) as error:
        raise SourceError(f"占位符有误：{error.message}") from None


def _require_known(node: nodes.Node, context: Context) -> None:
    if not isinstance(node, nodes.Name | nodes.Getattr):
        return
    path = _path(node)
    value: Any = context
    for step, name in enumerate(path):
        if not isinstance(value, dict) or name not in value:
            known = "、".join(value) if isinstance(value, dict) else "无"
            owner = "" if step == 0 else f" {'.'.join(path[:step])} 之下"
            raise SourceError(f"没有名为 {'.'.join(path)} 的数据；{owner}可用的名称：{known}", node.lineno)
        value = value[name]
    if isinstance(value, dict) and not isinstance(value, _Row):
        raise SourceError(
            f"{'.'.join(path)} 不是一个值，请写到下一级，可用的名称：{'、'.join(value)}", node.lineno
        )


def _path(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Getattr):
        return [*_path(node.node), node.attr]
    return [node.name] if isinstance(node, nodes.Name) else ["?"]


# From Markdown to text ------------------------------------------------------------------------------------------------

_JOINT = "\u2005"
# CommonMark does not close ** after Chinese punctuation that is followed by a character (**甲。**乙). A space of a kind
# nobody types, put around each pair and taken out again, makes it do what the clerk meant.
_PAIR = re.compile(r"(?<![\\*])(\*{1,3})(?=[^\s*])([^*\n]+)(?<=[^\s*])\1(?!\*)")
_NUMBERED_HEADING = re.compile(r"（[一二三四五六七八九十]+）[^。；，！？：]{1,30}")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—]")
_PICTURES = (".png", ".jpg", ".jpeg")
_LINKS = ("https://", "http://", "mailto:", "tel:")


@cache
def _markdown() -> MarkdownIt:
    # No "code" rule: a paragraph indented by four spaces is a paragraph to whoever typed it in Word.
    return MarkdownIt("commonmark").enable("table").disable("code")


def _parse(text: str) -> SyntaxTreeNode:
    joined = _PAIR.sub(rf"{_JOINT}\g<0>{_JOINT}", text)
    # An indented line would otherwise be a continuation; the page indents by itself.
    unindented = re.sub(r"^[ \t]*\u3000+", "", joined, flags=re.MULTILINE)
    return SyntaxTreeNode(_markdown().parse(unindented))


def escape(text: str) -> str:
    """Return text as Markdown that says just that text."""
    return re.sub(r"[!-/:-@\[-`{-~]", r"\\\g<0>", text.replace(_JOINT, ""))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "heading":
            return f"{'#' * max(2, int(node.tag[1]))} {_inline(node.children[0])}"
        case "paragraph":
            text = _inline(node.children[0])
            return f"## {text}" if _is_heading(node) else text
        case "bullet_list":
            return _list(node, lambda _: "- ")
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return _list(node, lambda number: f"{first + number}. ")
        case "blockquote":
            inner = "\n\n".join(_block(child) for child in node.children)
            return "\n".join(f"> {line}" for line in inner.split("\n"))
        case "table":
            return _table(node)
        case "fence":
            return "\n".join(f"    {line}" for line in node.content.rstrip("\n").split("\n"))
        case "hr":
            return "* * *"
    return ""  # html_block: only comments pass _refusals, and they are notes to the clerk


def _is_heading(node: SyntaxTreeNode) -> bool:
    """Tell whether a paragraph is a heading as clerks write it: short, of its own, beginning with （一）."""
    return node.parent is not None and node.parent.is_root and bool(_NUMBERED_HEADING.fullmatch(_plain(node)))


def _list(node: SyntaxTreeNode, marker: Callable[[int], str]) -> str:
    tight = any(child.hidden for item in node.children for child in item.children)
    items = []
    for number, item in enumerate(node.children):
        mark = marker(number)
        inner = ("\n" if tight else "\n\n").join(_block(child) for child in item.children)
        items.append(mark + inner.replace("\n", "\n" + " " * len(mark)))
    return ("\n" if tight else "\n\n").join(items)


def _table(node: SyntaxTreeNode) -> str:
    rows = [
        [_inline(cell.children[0]) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def _inline(node: SyntaxTreeNode) -> str:
    return "".join(_span(child) for child in node.children)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return escape(node.content)
        case "strong":
            return f"**{_inline(node)}**"
        case "em":
            return f"*{_inline(node)}*"
        case "link":
            return f"[{_inline(node)}](<{_target(node)}>)"
        case "image":
            # The space after it keeps pandoc from making a numbered figure of a picture that stands alone.
            return f"![{escape(node.content)}](<{node.attrs['src']}>)\\ "
        case "softbreak":
            return "" if _between_wide(node) else " "
        case "hardbreak":
            return "\\\n"
    return ""  # html_inline: a comment


def _target(node: SyntaxTreeNode) -> str:
    return re.sub(r"[<>\s\\{}\"']", "", str(node.attrs["href"]))


def _between_wide(node: SyntaxTreeNode) -> bool:
    """Tell whether a line break stands beside a Chinese character, where it is no space."""
    before, after = node.previous_sibling, node.next_sibling
    last = _plain(before)[-1:] if before else ""
    first = _plain(after)[:1] if after else ""
    return bool(_WIDE.match(last) or _WIDE.match(first))


def _plain(node: SyntaxTreeNode) -> str:
    if node.type in {"text", "code_inline", "fence"}:
        return str(node.content).replace(_JOINT, "")
    return "".join(_plain(child) for child in node.children)


def _paragraphs(root: SyntaxTreeNode) -> Iterator[Paragraph]:
    for node in root.walk():
        if node.type in {"heading", "paragraph", "th", "td", "fence"}:
            line = node.map[0] + 1 if node.map else 1
            yield Paragraph(
                line, _plain(node), node.type == "heading" or (node.type == "paragraph" and _is_heading(node))
            )


# What is refused ------------------------------------------------------------------------------------------------------

_SHORTCODE = re.compile(r"\{\{+[<%][^\n]*")
_RAW = re.compile(r"`\s*\{=[^}\n]*\}?")


def _examine(report: Report, text: str, context: Context) -> tuple[SyntaxTreeNode, list[SourceError]]:
    """Parse a prose file, and find everything in it that is not text."""
    nothing = SyntaxTreeNode([])
    shortcodes = [
        SourceError(f"写的是“{_quote(line)}”，这是短代码，正文里不能用，请删去", number)
        for number, line in enumerate(text.split("\n"), 1)
        if _SHORTCODE.search(line)
    ]
    if shortcodes:
        return nothing, shortcodes
    try:
        tree = _parse(_fill(text, context))
    except SourceError as error:
        return nothing, [error]
    reasons = ((_refusal(report, node), node) for node in tree.walk())
    return tree, [SourceError(reason, _line(node)) for reason, node in reasons if reason]


def _refusal(report: Report, node: SyntaxTreeNode) -> str | None:
    match node.type:
        case "html_block" | "html_inline" if not re.fullmatch(
            r"\s*(<!--.*?-->\s*)+", node.content, re.DOTALL
        ):
            return f"写的是“{_quote(node.content)}”，这是网页代码，正文里只能写文字，请删去"
        case "fence" if node.info.strip().startswith("{"):
            return f"写的是“```{_quote(node.info)}”，这是程序代码，正文里只能写文字，请删去"
        case "inline" if _RAW.search(node.content):
            return f"写的是“{_quote(node.content)}”，其中的“{{=…}}”是原始代码标记，请删去"
        case "link" if not str(node.attrs["href"]).startswith(_LINKS):
            return f"链接“{_quote(str(node.attrs['href']))}”应以 https://、http://、mailto: 或 tel: 开头"
        case "image":
            return _picture_refusal(report, _picture(report, node))
    return None


def _picture(report: Report, node: SyntaxTreeNode) -> Path:
    return (report.folder / unquote(str(node.attrs["src"]))).resolve()


def _picture_refusal(report: Report, path: Path) -> str | None:
    if not path.is_relative_to(report.folder.resolve()):
        return f"图片“{_quote(path.name)}”不在报告文件夹里，请把它放进来，再写文件名"
    if path.suffix.lower() not in _PICTURES:
        return f"图片“{_quote(path.name)}”的格式不能用，请换成 {'、'.join(_PICTURES)}"
    return None if path.is_file() else f"找不到图片“{_quote(path.name)}”，请放进报告文件夹"


def _quote(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:40]}…"


def _line(node: SyntaxTreeNode) -> int:
    """Line on which a node begins: its block's first line, and the line breaks before it in the block."""
    breaks = 0
    while node.parent is not None and not node.map:
        breaks += sum(sibling.type in {"softbreak", "hardbreak"} for sibling in _before(node))
        node = node.parent
    return (node.map[0] if node.map else 0) + 1 + breaks


def _before(node: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    siblings = node.siblings
    return list(siblings[: siblings.index(node)])
