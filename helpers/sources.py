"""Text files as clerks save them: decoded, split into rows or keys, every piece with its line.

What cannot be read is a :class:`SourceError` whose message says, in Chinese, what stands there and what to do.
"""

import csv
import io
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 1_000_000
"""Largest file of a report folder that is read; a filled table has about four kilobytes."""


class SourceError(Exception):
    """A file that cannot be read; ``line`` counts from 1 and is None where the file has none to name."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_text(path: Path) -> str:
    """Read a text file in UTF-8 (with or without BOM) or GB18030.

    Raises
    ------
    SourceError
        The file is missing, too large, no text, or in neither encoding.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceError(
                f"文件有 {size / 1e6:.1f} MB，超过 {MAX_BYTES // 1_000_000} MB 的上限，请检查是否放错了文件"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError("找不到这个文件，请补上") from None
    except OSError as error:
        raise SourceError(f"文件无法打开（{error.strerror}），请检查权限或是否被别的程序占用") from None
    if data.startswith(b"PK\x03\x04"):
        raise SourceError("这是 Excel 或 Word 文件，不是文本；表格请在 Excel 或 WPS 里另存为“CSV UTF-8”")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError("编码是 UTF-16，请另存为 UTF-8（Excel 里选“CSV UTF-8”）")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise SourceError("不是 UTF-8 或 GB18030 编码的文本，请另存为 UTF-8")


@dataclass(frozen=True)
class Line:
    """A row of a CSV file: its cells, stripped, and the line of the file on which it begins."""

    number: int
    cells: list[str]


def read_csv(path: Path, max_columns: int) -> list[Line]:
    """Rows of a CSV file that hold anything; blank cells at a row's end are dropped.

    Raises
    ------
    SourceError
        As :func:`read_text`; also for no row at all, a broken quote, or more than ``max_columns`` columns.
    """
    text = read_text(path)
    reader = csv.reader(io.StringIO(text), strict=True)
    lines: list[Line] = []
    start = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > max_columns:
                raise SourceError(f"这一行有 {len(cells)} 列，应有 {max_columns} 列，请删去多余的列", start)
            if cells:
                lines.append(Line(start, cells))
            start = reader.line_num + 1
    except csv.Error:
        raise SourceError("这一行的引号不成对，或单元格过长，请检查", start) from None
    if not lines:
        raise SourceError("文件是空的，请从统一格式的空表重新填写")
    return lines


Path_ = tuple[Hashable, ...]


@dataclass(frozen=True)
class Settings:
    """A YAML file: its value, and the line of every key by its path (as in ``("contact", "phone")``)."""

    value: Any
    lines: dict[Path_, int]

    def line(self, path: Path_) -> int | None:
        """Line of a path, or of its nearest parent that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(path: Path) -> Settings:
    """Read a YAML file of plain values; numbers with a point become Decimal so that no digit is lost, dates stay text.

    Raises
    ------
    SourceError
        As :func:`read_text`; also for broken YAML, a key written twice, an alias or a tag.
    """
    try:
        node = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise SourceError(
            "YAML 格式有误：冒号后要空一格，同级内容左边对齐，含冒号或引号的文字要加引号",
            mark.line + 1 if mark else None,
        ) from None
    except yaml.YAMLError:
        raise SourceError("YAML 格式有误：文件里有不能出现的控制字符") from None
    except RecursionError:
        raise SourceError("YAML 嵌套过深") from None
    lines: dict[Path_, int] = {}
    return Settings(_plain(node, (), lines, set()), lines)


def _plain(node: yaml.Node | None, path: Path_, lines: dict[Path_, int], seen: set[int]) -> Any:
    if node is None:
        return None
    here = node.start_mark.line + 1
    if id(node) in seen:
        raise SourceError("不支持 YAML 的别名（* 和 &）", here)
    seen.add(id(node))
    if not isinstance(node, yaml.ScalarNode) and node.tag.rpartition(":")[2] not in {"map", "seq"}:
        raise SourceError(f"不支持 YAML 标签 {node.tag}", here)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise SourceError("键只能是文字", line)
            if key in mapping:
                raise SourceError(f"“{key}”写了两次，只留一个", line)
            lines[(*path, key)] = line
            mapping[key] = _plain(value_node, (*path, key), lines, seen)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            items.append(_plain(item, (*path, index), lines, seen))
        return items
    return _scalar(node, here)


def _scalar(node: yaml.Node, line: int) -> Any:
    match node.tag.rpartition(":")[2], node.value:
        case "null", _:
            return None
        case "bool", text:
            return text.lower() in {"true", "yes", "on"}
        case "int" | "float", text:
            try:
                number = Decimal(text)
            except InvalidOperation:
                return text
            return (
                int(number) if number.is_finite() and "." not in text and "e" not in text.lower() else number
            )
        case "str" | "timestamp", text:
            return text
    raise SourceError(f"不支持 YAML 标签 {node.tag}", line)
