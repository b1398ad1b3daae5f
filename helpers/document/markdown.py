"""Markdown as clerks write it: parsed, and judged for everything in it that is not text.

CommonMark with tables (markdown-it). HTML, program code and raw markup are refused by line; so is what no reader can
follow, lists and quotations nested too deep.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from functools import cache
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from helpers.files.reading import SourceError

MAX_LENGTH = 50_000
"""Longest prose file in characters; the form asks for a thousand."""

MAX_DEPTH = 20
"""Deepest nesting of lists, quotations and emphasis together; a list item counts twice."""

MAX_BRACKETS = 10
"""Most opening brackets in a paragraph that none closes: the parser's time grows with their square."""

TEXTS = {"text", "text_special", "code_inline", "fence"}
"""Kinds of node that hold text and nothing else."""

LINKS = ("https://", "http://", "mailto:", "tel:")

_JOINT = "\u2005"
# CommonMark does not close ** after Chinese punctuation that is followed by a character (**甲。**乙). A space of a kind
# nobody types, put around each pair and taken out again, makes it do what the clerk meant.
_PAIR = re.compile(r"(?<![\\*])(\*{1,3})(?=[^\s*])([^*\n]+)(?<=[^\s*])\1(?!\*)")
_SHORTCODE = re.compile(r"\{\{[<%]")
_RAW = re.compile(r"`\s*\{=")
_COMMENTS = re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)+", re.DOTALL)
_NUMBERED_HEADING = re.compile(r"（[一二三四五六七八九十]+）[^。；，！？：]{1,30}")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—]")


def parse(source: str) -> SyntaxTreeNode:
    """Parse a prose file.

    Raises
    ------
    SourceError
        The text is longer, or nested deeper, than anybody reads.
    """
    if len(source) > MAX_LENGTH:
        raise SourceError(f"有 {len(source)} 个字符，最多 {MAX_LENGTH} 个，请检查是否放错了文件")
    _require_few_brackets(source)
    tokens = _parser().parse(_prepared(source))
    for token in tokens:
        if token.level + _depth(token.children or ()) > MAX_DEPTH:
            line = token.map[0] + 1 if token.map else None
            raise SourceError(f"列表、引用或强调套了 {MAX_DEPTH} 层以上，请写得平一些", line)
    return SyntaxTreeNode(tokens)


@cache
def _parser() -> MarkdownIt:
    # Without "code": a paragraph indented by four spaces is a paragraph to whoever typed it in Word. Without
    # "reference": a line like “[甲]: 乙” would vanish. Without "text_join": what was escaped stays apart, so that \{\{
    # is never taken for a placeholder. Deeper than maxNesting the parser leaves text out; MAX_DEPTH refuses it before.
    parser = MarkdownIt("commonmark", {"maxNesting": 10 * MAX_DEPTH})
    return parser.enable("table").disable(["code", "reference", "text_join"])


def _require_few_brackets(source: str) -> None:
    line = 1
    for paragraph in re.split(r"(\n[ \t]*\n)", source):
        opened = 0
        for bracket in re.findall(r"[\[\]]", paragraph):
            opened = opened + 1 if bracket == "[" else max(opened - 1, 0)
            if opened > MAX_BRACKETS:
                raise SourceError(f"这一段里有 {MAX_BRACKETS} 个以上没有配对的“[”，请改写", line)
        line += paragraph.count("\n")


def _prepared(source: str) -> str:
    joined = _PAIR.sub(rf"{_JOINT}\g<0>{_JOINT}", source)
    # An indented line would otherwise be a continuation; the page indents by itself. Behind a last line without its break the
    # parser looks for what is not there (markdown-it-py 4.3, HTML in an item in a quotation).
    return re.sub(r"^[ \t]*\u3000+", "", joined, flags=re.MULTILINE) + "\n"


def _depth(inlines: Iterable[Token]) -> int:
    """Return the deepest nesting of emphasis and links in a paragraph."""
    return max(accumulate((token.nesting for token in inlines), initial=0))


# The tree -------------------------------------------------------------------------------------------------------------


def located(node: SyntaxTreeNode, line: int = 1) -> Generator[tuple[SyntaxTreeNode, int], None, int]:
    """Yield every node below ``node`` with its line; return the line that was reached."""
    for child in node.children:
        start = child.map[0] + 1 if child.map else line
        yield child, start
        line = yield from located(child, start)
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
    return line


def words(node: SyntaxTreeNode) -> str:
    """Return a leaf's text as it was written."""
    return unjoined(str(node.content))


def unjoined(content: str) -> str:
    """Return what the parser gave without the spaces that were put in for it."""
    return content.replace(_JOINT, "")


def plain(node: SyntaxTreeNode) -> str:
    """Return the text of a node without any markup."""
    if node.type in TEXTS:
        return words(node)
    return "".join(plain(child) for child in node.children)


def is_heading(node: SyntaxTreeNode) -> bool:
    """Return whether a node is a heading, or a paragraph that clerks mean as one: short, of its own, beginning with （一）."""
    if node.type == "heading":
        return True
    alone = node.type == "paragraph" and node.parent is not None and node.parent.is_root
    return alone and numbered(plain(node))


def numbered(text: str) -> bool:
    """Return whether a text is short and begins with （一）, as headings do."""
    return bool(_NUMBERED_HEADING.fullmatch(text))


def is_wide(char: str) -> bool:
    """Return whether a character is Chinese or of that width, so that a line break beside it is no space."""
    return bool(_WIDE.match(char))


def breaks_between_wide(node: SyntaxTreeNode) -> bool:
    """Return whether a line break stands beside a Chinese character, where it is no space."""
    before, after = node.previous_sibling, node.next_sibling
    last = plain(before)[-1:] if before else ""
    first = plain(after)[:1] if after else ""
    return is_wide(last) or is_wide(first)


# What is refused ------------------------------------------------------------------------------------------------------


def shortcodes(source: str) -> Iterator[SourceError]:
    """Find Quarto's shortcodes, line by line."""
    for number, line in enumerate(source.split("\n"), 1):
        if _SHORTCODE.search(line):
            yield SourceError(f"写的是“{excerpt(line)}”，这是短代码，正文里不能用，请删去", number)


def refusal(node: SyntaxTreeNode) -> str | None:
    """Say why a node is more than text, or None."""
    match node.type:
        case "html_block" | "html_inline" if not _COMMENTS.fullmatch(node.content):
            return f"写的是“{excerpt(node.content)}”，这是网页代码，正文里只能写文字，请删去"
        case "fence" if node.info.strip().startswith("{"):
            return f"写的是“```{excerpt(node.info)}”，这是程序代码，正文里只能写文字，请删去"
        case "fence" if node.info.strip():
            return f"写的是“```{excerpt(node.info)}”，```后面的字不会印出来，请删去，或移到下一行"
        case "inline" if _RAW.search(node.content):
            return f"写的是“{excerpt(node.content)}”，其中的“{{=…}}”是原始代码标记，请删去"
        case "link" if not str(node.attrs["href"]).startswith(LINKS):
            return f"链接“{excerpt(str(node.attrs['href']))}”应以 https://、http://、mailto: 或 tel: 开头"
        case "link" if "%7B%7B" in str(node.attrs["href"]):
            return f"链接“{excerpt(str(node.attrs['href']))}”里不能用占位符"
    return None


def excerpt(text: str) -> str:
    """Return the beginning of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:40]}…"
