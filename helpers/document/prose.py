"""The prose sections: Markdown files of a folder with figures filled in by name, as pandoc's document tree.

What stands in a folder stays text: it is parsed once, here, and no program after this one reads it as markup again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from markdown_it.tree import SyntaxTreeNode

from helpers.document import markdown as parser
from helpers.document import pandoc_ast as ast
from helpers.document import pictures
from helpers.document.pandoc_ast import Node
from helpers.document.placeholders import Context, fill, names
from helpers.document.site_tags import keywords
from helpers.files.reading import SourceError
from helpers.files.yaml_text import dump_yaml
from helpers.report.findings import Finding, finding, listed
from helpers.report.folder import Report
from helpers.report.form import FOLDER, FORM

_TEXT_WIDTH = 28
"""Characters of body text in a line (GB/T 9704-2012): a table with longer rows takes the whole width."""


@dataclass(frozen=True)
class Paragraph:
    """A heading, paragraph, list item or table cell as plain text, with the line of its file on which it begins."""

    line: int
    text: str
    heading: bool = False


def markdown(report: Report, name: str) -> str:
    """Return a prose section as Markdown for an ``asis`` cell: one raw block that holds pandoc's tree.

    Parameters
    ----------
    name
        ``lead``, ``overview``, ``problems`` or ``other``; without a ``lead.md`` the form's standard lead is used.

    Raises
    ------
    SourceError
        The prose holds something that is not text, or names an unknown figure; :func:`findings` lists all of it.
    """
    return ast.raw_block([block for _, block in blocks(report, name)])


def blocks(report: Report, name: str) -> list[tuple[range, Node]]:
    """Return the blocks of a prose section, each with its lines in the section's file; raises as :func:`markdown`."""
    root, refused = _examine(report, _source(report, name), names(report))
    if refused:
        raise refused[0]
    writer = _Writer(report, name)
    return [
        (range(node.map[0] + 1, node.map[1] + 1) if node.map else range(1, 2), block)
        for node in root.children
        for block in writer.block(node)
    ]


def front_matter(report: Report, draft: bool = False) -> str:
    """Return the document's properties as a YAML block for an ``asis`` cell; what comes from data is escaped.

    Parameters
    ----------
    draft
        Mark every page as a draft.
    """
    properties: dict[str, Any] = {
        "title": ast.escaped(report.title),
        "pagetitle": ast.escaped(report.title),
        # Where a page breaks a long title: after the organ.
        "title-organ": ast.escaped(report.organ),
        "title-rest": ast.escaped(report.title.removeprefix(report.organ)),
        "author": ast.escaped(report.organ),
        "keywords": [ast.escaped(word) for word in keywords(report)],
        "description": ast.escaped(FORM.description.format(organ=report.organ, year=report.year)),
        "date": report.dated.isoformat(),
    }
    if draft:
        properties["watermark"] = "草稿"
    return f"---\n{dump_yaml(properties)}---\n"


def paragraphs(report: Report, name: str) -> list[Paragraph]:
    """Return a prose section as plain text, block by block, placeholders filled; nothing of prose that is refused."""
    tree, refused = _examine(report, _source(report, name), names(report))
    return [] if refused else list(_paragraphs(tree))


def texts(report: Report) -> dict[str, list[Paragraph]]:
    """Return every prose section that can be printed as plain text, the standard lead included."""
    return {"lead": paragraphs(report, "lead"), **read(report)[0]}


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
        found += listed(
            finding("PROSE", error.message, file=f"{name}.md", line=error.line) for error in refused
        )
    return texts, found


def source_of(report: Report, name: str) -> str | None:
    """Return the Markdown of a prose section, of the lead the form's where the folder has none; None where it is not there."""
    if name == "lead" and name not in report.prose:
        return (FOLDER / "lead.md").read_text(encoding="utf-8")
    return report.prose.get(name)


def _source(report: Report, name: str) -> str:
    text = source_of(report, name)
    if text is None:
        raise KeyError(name)
    return text


def _paragraphs(root: SyntaxTreeNode) -> Iterator[Paragraph]:
    for node, line in parser.located(root):
        if node.type in {"heading", "paragraph", "th", "td", "fence"}:
            yield Paragraph(line, parser.plain(node), parser.is_heading(node))


# Read and judged ------------------------------------------------------------------------------------------------------


def _examine(report: Report, text: str, context: Context) -> tuple[SyntaxTreeNode, list[SourceError]]:
    """Parse a prose file, fill in its placeholders, and find everything in it that is not text."""
    refused = list(parser.shortcodes(text))
    if refused:
        return SyntaxTreeNode([]), refused
    try:
        tree = parser.parse(text)
    except SourceError as error:
        return SyntaxTreeNode([]), [error]
    judged = ((_judge(report, node, context), line) for node, line in parser.located(tree))
    return tree, [SourceError(reason, line) for reason, line in dict.fromkeys(judged) if reason]


def _judge(report: Report, node: SyntaxTreeNode, context: Context) -> str | None:
    """Say what is wrong with a node, or None; fill in the placeholders of its text."""
    if node.token is not None and node.type in {"text", "code_inline", "fence"}:
        try:
            node.token.content = fill(node.content, context)
        except SourceError as error:
            return error.message
    if node.type == "image":
        return _picture_refusal(report, node)
    return parser.refusal(node)


def _picture_refusal(report: Report, node: SyntaxTreeNode) -> str | None:
    name = unquote(str(node.attrs["src"]))
    if not parser.plain(node).strip():
        return (
            f"图片“{parser.excerpt(name)}”没有说明，请写成 ![说明]({parser.excerpt(name)})，读屏软件要念出来"
        )
    try:
        pictures.read(report.folder, name)
    except SourceError as error:
        return error.message
    return None


# From Markdown to pandoc's tree ---------------------------------------------------------------------------------------


class _Writer:
    """Writes the blocks of one section."""

    def __init__(self, report: Report, name: str) -> None:
        self.report = report
        self.name = name
        self.headings = 0

    def block(self, node: SyntaxTreeNode) -> list[Node]:
        """Return what a node becomes: one block, or nothing of a comment."""
        match node.type:
            case "heading" | "paragraph":
                return [self._paragraph(node)]
            case "bullet_list":
                return [ast.bullet_list(self._items(node))]
            case "ordered_list":
                start = int(node.attrs.get("start", 1))
                return [ast.ordered_list(self._items(node), start, node.markup)]
            case "blockquote":
                return [ast.quote(self._blocks(node))]
            case "table":
                return [self._table(node)]
            case "fence":
                return [_lines(parser.words(node))]
            case "hr":
                return [ast.rule()]
        return []  # html_block: a note to the clerk; what else it can hold is refused

    def _blocks(self, node: SyntaxTreeNode) -> list[Node]:
        return [block for child in node.children for block in self.block(child)]

    def _items(self, node: SyntaxTreeNode) -> list[list[Node]]:
        return [self._blocks(item) for item in node.children]

    def _paragraph(self, node: SyntaxTreeNode) -> Node:
        inlines = self._inlines(node.children[0])
        if parser.is_heading(node):
            self.headings += 1
            # The first level is the document's own.
            level = max(2, int(node.tag[1])) if node.type == "heading" else 2
            return ast.heading(level, inlines, f"{self.name}-{self.headings}")
        return ast.plain(inlines) if node.hidden else ast.para(inlines)

    def _table(self, node: SyntaxTreeNode) -> Node:
        cells = [row.children for part in node.children for row in part.children]
        head, *rows = [[self._inlines(cell.children[0]) for cell in row] for row in cells]
        alignments = [str(cell.attrs.get("style", "")).removeprefix("text-align:") for cell in cells[0]]
        longest = max(sum(len(parser.plain(cell)) for cell in row) for row in cells)
        return ast.table(head, rows, alignments, full_width=longest > _TEXT_WIDTH)

    def _inlines(self, node: SyntaxTreeNode) -> list[Node]:
        return [inline for child in node.children for inline in self._inline(child)]

    def _inline(self, node: SyntaxTreeNode) -> list[Node]:
        match node.type:
            case "text" | "text_special" | "code_inline":
                return ast.text(parser.words(node))
            case "strong":
                return [ast.strong(self._inlines(node))]
            case "em":
                return [ast.emphasis(self._inlines(node))]
            case "link":
                return [
                    ast.link(self._inlines(node), str(node.attrs["href"]), str(node.attrs.get("title", "")))
                ]
            case "image":
                picture = pictures.read(self.report.folder, unquote(str(node.attrs["src"])))
                return pictures.inlines(picture, parser.plain(node))
            case "softbreak":
                return [] if parser.breaks_between_wide(node) else [ast.space()]
            case "hardbreak":
                return [ast.line_break()]
        return []  # html_inline: a comment


def _lines(content: str) -> Node:
    """Return what stands in a fence as lines: in a block of code Quarto would look for shortcodes."""
    inlines: list[Node] = []
    for line in content.rstrip("\n").split("\n"):
        text = line.lstrip(" ")
        inlines += [*ast.text("\u00a0" * (len(line) - len(text)) + text), ast.line_break()]
    return ast.para(inlines[:-1])
