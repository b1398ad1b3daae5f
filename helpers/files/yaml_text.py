"""YAML, read with the line of every key and written so that it is read back the same; nothing else here knows YAML.

There are two ways to read: what clerks write is plain values and nothing clever, and Quarto's options are YAML 1.2.
"""

import copy
import re
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from helpers.files.reading import SourceError, read_text, unprintable

MAX_YAML = 300_000
"""Largest YAML file in characters; a thousand notes have two hundred thousand."""

MAX_NUMBER = 40
"""Most characters of a number in a YAML file."""

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
    """Read a YAML file; raises as :func:`read_text` and :func:`parse_yaml`."""
    return parse_yaml(read_text(path))


def read_own_yaml(path: Path) -> Any:
    """Return the value of a YAML file of the project's own, ten times as quick as :func:`read_yaml`; raises as that."""
    # Brackets nested deep enough end the whole process in libyaml's loader, so it reads nothing of strangers'.
    return _settings(read_text(path), getattr(yaml, "CSafeLoader", yaml.SafeLoader)).value


def parse_yaml(text: str) -> Settings:
    """Read YAML of plain values; numbers with a point become Decimal so that no digit is lost, dates stay text.

    Raises
    ------
    SourceError
        Broken YAML, too much of it, a key written twice, an alias, a tag, a number too long, a character nobody sees.
    """
    if len(text) > MAX_YAML:
        raise SourceError(f"文件有 {len(text)} 个字符，最多 {MAX_YAML} 个，请检查是否放错了文件")
    return _settings(text, yaml.SafeLoader)


def _settings(text: str, loader: Any) -> Settings:
    lines: dict[Path_, int] = {}
    with _worded():
        return Settings(_plain(yaml.compose(text, Loader=loader), (), lines, set()), lines)


@contextmanager
def _worded() -> Iterator[None]:
    """Word what PyYAML refuses."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SourceError(
            "YAML 格式有误：冒号后要空一格，同级内容左边对齐，含冒号或引号的文字要加引号",
            mark.line + 1 if mark else None,
        ) from None
    except yaml.YAMLError:
        raise SourceError("YAML 格式有误：文件里有不能出现的控制字符") from None
    except RecursionError:
        raise SourceError("YAML 嵌套过深") from None


def _entries(node: yaml.MappingNode) -> Iterator[tuple[str, int, yaml.Node]]:
    """Yield key, line and value of a mapping; a key is plain text and stands there once."""
    keys: set[str] = set()
    for key_node, value in node.value:
        key, line = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise SourceError("键只能是文字", line)
        if found := unprintable(key):
            raise SourceError(f"键“{key}”含有看不见的字符 {found}，请删去后重新输入", line)
        if key in keys:
            raise SourceError(f"“{key}”写了两次，只留一个", line)
        keys.add(key)
        yield key, line, value


# What clerks write ----------------------------------------------------------------------------------------------------


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
        for key, line, value in _entries(node):
            lines[(*path, key)] = line
            mapping[key] = _plain(value, (*path, key), lines, seen)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            items.append(_plain(item, (*path, index), lines, seen))
        return items
    return _scalar(node, here, ".".join(map(str, path)) or "这里")


_PLAIN_NUMBER = re.compile(r"[-+]?(?=[0-9.]*[0-9])[0-9_]*(\.[0-9_]*)?")


def _scalar(node: yaml.Node, line: int, name: str) -> Any:
    match node.tag.rpartition(":")[2], node.value:
        case "null", _:
            return None
        case "bool", text:
            return text.lower() in {"true", "yes", "on"}
        case "int" | "float", text:
            if len(text) > MAX_NUMBER:
                raise SourceError(f"{name} 写的数有 {len(text)} 个字符，太长了，请核对", line)
            if re.fullmatch(r"[-+0-9._]+[eE].*", text):
                raise SourceError(f"{name} 写的是“{text}”，请写出全部数字，不用科学记数法", line)
            if not _PLAIN_NUMBER.fullmatch(text):
                return text
            number = Decimal(text) or Decimal(text.lstrip("-"))  # there is no nought below nought
            return number if "." in text else int(number)
        case "str" | "timestamp", text:
            if found := unprintable(text):
                raise SourceError(f"{name} 含有看不见的字符 {found}，请删去后重新输入", line)
            return text
    raise SourceError(f"不支持 YAML 标签 {node.tag}", line)


# Quarto's options -----------------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """YAML 1.2 as Quarto reads it: no dates, no ``yes`` and ``no``, no octal surprises."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's own)


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    (
        "float",
        r"^[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)$",
        "-+0123456789.",
    ),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def parse_options(text: str) -> Settings:
    """Read YAML 1.2 with anchors and merges; lines are those of keys, not of items of lists.

    Raises
    ------
    SourceError
        Broken YAML, a key written twice, a tag.
    """
    return copy.deepcopy(_options(text))


@lru_cache(maxsize=64)  # the options of a document and of its cells are the same for each report
def _options(text: str) -> Settings:
    lines: dict[Path_, int] = {}
    with _worded():
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return Settings(None, lines)
            _note_lines(node, (), lines)
            return Settings(loader.construct_document(node), lines)
        finally:
            loader.dispose()


def _note_lines(node: yaml.Node, path: Path_, lines: dict[Path_, int]) -> None:
    if node.tag not in _Loader.yaml_constructors:
        raise SourceError(f"不支持 YAML 标签 {node.tag}", node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, line, value in _entries(node):
            lines[(*path, key)] = line
            _note_lines(value, (*path, key), lines)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _note_lines(item, path, lines)


# Written --------------------------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Writes Decimal with the digits it has."""


_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", format(value, "f"))
)


def dump_yaml(value: Any) -> str:
    """Write plain values, Decimal and dates as YAML, keys in their order, a value a line."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
