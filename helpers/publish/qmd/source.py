"""A ``.qmd`` taken apart: its header, its cells and the prose between them, each with its line.

Only what stands in the source is judged here. What cells print is data and passes unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpers.publish.qmd.errors import Place, PublishError
from helpers.publish.qmd.options import Options, parse_yaml
from helpers.publish.qmd.supported import check_only, option_names

__all__ = ["INLINE", "Cell", "Document", "Prose", "cell_name", "parse_parts", "read_document"]

#: An inline expression, as Quarto finds it.
INLINE = re.compile(r"(^|[^`])`\{python\}[ \t]([^`]+)`", re.MULTILINE)

CELL_REASONS = {
    "fig-width": "请写在文件头（Quarto 的 Python 单元格也只认文件头的）",
    "fig-height": "请写在文件头（Quarto 的 Python 单元格也只认文件头的）",
    "fig-subcap": "不支持子图",
    "layout-ncol": "不支持分栏排版",
}

_FENCE = re.compile(r"^( *)(`{3,}|~{3,})(.*)$")
_CELL_INFO = re.compile(r"^\s*\{([A-Za-z][\w.-]*)((?:[ ,].*)?)\}\s*$")
_OPTION = re.compile(r"^#\|(.*)$")
_SHORTCODE = re.compile(r"\{\{<\s*(\S+)(.*?)>\}\}")
_ESCAPED_SHORTCODE = re.compile(r"\{(\{\{<.*?>\}\})\}")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_CITATION = re.compile(r"(?<![\w\\@/.])-?@\{?([A-Za-z0-9_][\w:.#$%&+?<>~/-]*)")
#: Pandoc reads no reference right after a letter, and Chinese has no spaces.
_GLUED = re.compile(r"[^\W\da-zA-Z_](-?@(?:fig|tbl|sec)-[\w-]+)")
_REFERENCE = re.compile(r"(fig|tbl|sec)-", re.IGNORECASE)
_REFUSED_MARKS = (
    (re.compile(r"\.panel-[a-z]+"), "不支持标签页等面板（panel）"),
    (re.compile(r"\blayout(-[a-z]+)?="), "不支持分栏排版（layout）"),
    (re.compile(r"\.column-[a-z]+|\.aside\b"), "不支持版心以外的排版（column、aside）"),
    (re.compile(r"#(thm|lem|cor|prp|cnj|def|exm|exr|alg)-[\w-]+"), "不支持定理环境"),
    (re.compile(r"#(lst|eq|nte|tip|wrn|imp|cau)-[\w-]+"), "只支持 fig-、tbl-、sec- 三种编号"),
    (re.compile(r"\bcode-(fold|line-numbers|summary)="), "不支持代码块的这种显示"),
)


@dataclass(frozen=True)
class Prose:
    """Markdown between two cells.

    Parameters
    ----------
    text
        The Markdown, shortcodes already replaced by what the filters know.
    line
        Line of the file its first line is.
    """

    text: str
    line: int


@dataclass(frozen=True)
class Cell:
    """A Python cell.

    Parameters
    ----------
    source
        Its code, without the option lines.
    options
        Its options.
    place
        Where its fence stands.
    code_line
        Line of the file its first line of code is.
    """

    source: str
    options: Options = field(repr=False)
    place: Place
    code_line: int

    @property
    def label(self) -> str | None:
        """The label, or None."""
        label = self.options.data.get("label")
        return None if label is None else str(label)

    @property
    def tags(self) -> list[str]:
        """The tags."""
        tags = self.options.data.get("tags") or []
        return [str(tag) for tag in tags] if isinstance(tags, list) else [str(tags)]


def cell_name(label: str | None) -> str:
    """Return how messages call a cell.

    Parameters
    ----------
    label
        Its label, or None.
    """
    return f"单元格 {label} " if label else "单元格"


@dataclass(frozen=True)
class Document:
    """A ``.qmd`` and its header.

    Parameters
    ----------
    path
        The file, absolute.
    lines
        Its lines.
    header
        Its YAML header.
    start
        How many lines the header takes.
    """

    path: Path
    lines: list[str] = field(repr=False)
    header: Options = field(repr=False)
    start: int

    @property
    def folder(self) -> Path:
        """The folder where cells run and relative paths start."""
        return self.path.parent

    def find(self, pattern: str) -> Place | None:
        """Return the first line that matches a pattern, or None.

        Parameters
        ----------
        pattern
            A regular expression.
        """
        found = (number for number, line in enumerate(self.lines, 1) if re.search(pattern, line))
        return next((Place(self.path, number) for number in found), None)

    def find_word(self, word: str) -> Place | None:
        """Return the first line where a word stands by itself, or None where no line has it.

        Parameters
        ----------
        word
            The word.
        """
        return self.find(rf"(?<![\w-]){re.escape(word)}(?![\w-])")


def read_document(path: Path) -> Document:
    """Read a ``.qmd`` as far as any engine needs it.

    Parameters
    ----------
    path
        The file, UTF-8.

    Returns
    -------
    Document
        Its lines and its header.

    Raises
    ------
    PublishError
        For a file that cannot be read or a header that is not YAML.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise PublishError(f"找不到文件 {path.name}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(f"读不了文件 {path.name}（应为 UTF-8 文本）：{error}") from None
    header, start = _header(lines, path)
    return Document(path, lines, header, start)


def parse_parts(document: Document) -> list[Prose | Cell]:
    """Take a document apart and refuse, by name and line, what the built-in engine does not support.

    Parameters
    ----------
    document
        The document.

    Returns
    -------
    list of Prose or Cell
        In order.

    Raises
    ------
    PublishError
        For a fence without end, or a construct that is not supported.
    """
    for number, line in enumerate(document.lines[: document.start], 1):
        if "`{python}" in line:
            raise PublishError(
                "文件头里不能用 `{python} …`：它在所有单元格之前求值；请由 output: asis 的单元格打印 YAML 块",
                Place(document.path, number),
            )
    return list(_parts(document.lines, document.start, document.path))


def _header(lines: list[str], path: Path) -> tuple[Options, int]:
    if not lines or lines[0].rstrip() != "---":
        return Options(), 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise PublishError("文件头以 --- 开始，却没有结束的 ---", Place(path, 1))
    return parse_yaml("\n".join(lines[1:end]), path, 2), end + 1


def _parts(lines: list[str], start: int, path: Path) -> Iterator[Prose | Cell]:
    prose_start = number = start
    output: list[str] = []
    while number < len(lines):
        fence = _FENCE.match(lines[number])
        if not fence:
            output.append(_prose_line(lines[number], Place(path, number + 1)))
            number += 1
            continue
        end = _fence_end(lines, number, fence[2], path)
        info = _CELL_INFO.match(fence[3]) if fence[2].startswith("`") else None
        if info is None:
            _refuse_marks(fence[3], Place(path, number + 1))
            output.append(lines[number])
            output += [
                _literal_line(line, Place(path, n + 1))
                for n, line in enumerate(lines[number + 1 : end], number + 1)
            ]
            output.append(lines[end])
        else:
            yield Prose("\n".join(output) + "\n", prose_start + 1)
            yield _cell(lines[number + 1 : end], info, fence[1], Place(path, number + 1))
            output, prose_start = [], end + 1
        number = end + 1
    yield Prose("\n".join(output) + "\n", prose_start + 1)


def _fence_end(lines: list[str], start: int, ticks: str, path: Path) -> int:
    close = re.compile(rf"^ {{0,3}}{re.escape(ticks[0])}{{{len(ticks)},}}\s*$")
    for number in range(start + 1, len(lines)):
        if close.match(lines[number].lstrip(" ")):
            return number
    raise PublishError(f"代码块 {lines[start].strip()} 没有结束的 {ticks}", Place(path, start + 1))


def _cell(lines: list[str], info: re.Match[str], indent: str, place: Place) -> Cell:
    if info[1] != "python":
        raise PublishError(f"只支持 {{python}} 单元格，此处是 {{{info[1]}}}", place)
    if info[2].strip(" ,"):
        raise PublishError(f"单元格的选项请写成“#| 名称: 值”，此处是 {{python{info[2]}}}", place)
    if indent:
        raise PublishError("单元格不能缩进", place)
    count = 0
    while count < len(lines) and _OPTION.match(lines[count]):
        count += 1
    text = "\n".join(line[2:] for line in lines[:count])
    options = parse_yaml(text, place.path, place.line + 1)
    for name, value in options.data.items():
        check_only(options, name, value, name)
        if name not in option_names("cell"):
            raise options.refuse(CELL_REASONS.get(name, "内置引擎的单元格不认识它"), name)
    for name in ("fig-cap", "fig-alt", "tbl-cap"):
        if isinstance(options.data.get(name), (list, dict)):
            raise options.refuse("只支持一段文字（不支持子图、子表）", name)
    if options.data.get("output") not in (None, True, False, "asis"):
        raise options.refuse("只支持 true、false、asis", "output")
    for name in ("echo", "eval", "include", "warning", "error"):
        if options.data.get(name) not in (None, True, False):
            raise options.refuse("只支持 true、false", name)
    while count < len(lines) and not lines[count].strip():
        count += 1
    return Cell("\n".join(lines[count:]), options, place, place.line + 1 + count)


def _prose_line(line: str, place: Place) -> str:
    """Judge one line of Markdown and replace the shortcodes that are honoured."""
    if re.match(r"^\s*:{3,}", line) or "{" in line:
        _refuse_marks(_CODE_SPAN.sub("", line), place)
    plain = _CODE_SPAN.sub(lambda m: " " * len(m[0]), line)
    if glued := _GLUED.search(plain):
        raise PublishError(f"引用 {glued[1]} 紧跟在文字后面，不会被识别；请在它前面加一个空格", place)
    for citation in _CITATION.finditer(plain):
        if not _REFERENCE.match(citation[1]):
            raise PublishError(
                f"不支持参考文献，也没有 @{citation[1]} 这种引用（只有 @fig-、@tbl-、@sec-）；"
                f"若是普通文字，请写成 \\@{citation[1]}",
                place,
            )
    return _literal_line(line, place, in_prose=True)


def _refuse_marks(text: str, place: Place) -> None:
    for pattern, reason in _REFUSED_MARKS:
        if found := pattern.search(text):
            raise PublishError(f"{reason}，此处是 {found[0].rstrip('=')}", place)


def _literal_line(line: str, place: Place, *, in_prose: bool = False) -> str:
    """Replace the shortcodes of a line; in code blocks only escaped ones can stand."""
    if "{{<" not in line:
        return line
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[1])
        return f"\0{len(kept) - 1}\0"

    line = _ESCAPED_SHORTCODE.sub(keep, line)
    if in_prose:
        line = _CODE_SPAN.sub(lambda m: _refuse_shortcodes(m[0], place), line)
        if re.fullmatch(r"\s*\{\{<\s*pagebreak\s*>\}\}\s*", line):
            line = "::: {.publish-pagebreak}\n:::"
        line = re.sub(r"\{\{<\s*meta\s+([\w.-]+)\s*>\}\}", r"[]{.publish-meta key='\1'}", line)
    _refuse_shortcodes(line, place)
    escape = (lambda text: re.sub(r"([{}<>])", r"\\\1", text)) if in_prose else str
    return re.sub("\0(\\d+)\0", lambda m: escape(kept[int(m[1])]), line)


def _refuse_shortcodes(text: str, place: Place) -> str:
    if found := _SHORTCODE.search(text):
        raise PublishError(
            f"不支持短代码 {{{{< {found[1]} >}}}}（只支持独占一行的 pagebreak，和 meta）；"
            f"若要原样显示，请写成 {{{{{{< {found[1]} … >}}}}}}",
            place,
        )
    return text
