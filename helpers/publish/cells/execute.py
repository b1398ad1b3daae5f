"""Cells run once; what they gave is then written as Markdown for each format, as Quarto writes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from helpers.publish.cells.kernel import CellOutcome, Kernel, KernelDiedError, Message
from helpers.publish.qmd.errors import CellError, Place, PublishError, without_colours
from helpers.publish.qmd.options import Options, as_list
from helpers.publish.qmd.source import INLINE, Cell, Document, Prose, cell_name

__all__ = ["Executed", "printed_date", "run_cells", "with_parameters"]
_KERNEL_FILE = re.compile(r" \((?:\d+\.py|<ipython-[^()]*>), line \d+\)$")
#: The date in a block of YAML.
_DATE = re.compile(
    r"^---[ \t]*\n(?!\s*\n)(?:(?!---|\.\.\.).*\n)*?date:[ \t]*([\"']?)(.*?)\1[ \t]*\n", re.MULTILINE
)


@dataclass(frozen=True)
class ExecutedProse:
    """Prose and the values of its inline expressions by their text, each by media type."""

    prose: Prose
    values: dict[str, Message]


@dataclass(frozen=True)
class ExecutedCell:
    """A cell, its number and what it gave."""

    cell: Cell
    number: int
    outcome: CellOutcome


Executed = list[ExecutedProse | ExecutedCell]


def run_cells(
    parts: list[Prose | Cell], formats: Mapping[str, Options], kernel: Kernel, progress: Callable[[str], None]
) -> Executed:
    """Run all cells and inline expressions in the document's order, once for all formats.

    Raises CellError for a cell or expression that raises, and PublishError for what is not supported.
    """
    cells = sum(isinstance(part, Cell) for part in parts)
    labels: dict[str, Place] = {}
    executed: Executed = []
    number = 0
    for part in parts:
        if isinstance(part, Prose):
            executed.append(ExecutedProse(part, _evaluate(part, kernel)))
            continue
        number += 1
        if part.label in labels:
            said = f"单元格标签 {part.label} 用了两次，前一次在 {labels[part.label]}"
            raise PublishError(said, part.options.place("label"))
        if part.label:
            labels[part.label] = part.place
        progress(f"运行单元格 {number}/{cells}{f'（{part.label}）' if part.label else ''}")
        executed.append(ExecutedCell(part, number, _run(part, formats, kernel)))
    return executed


def with_parameters(
    document: Document, parts: list[Prose | Cell], parameters: Mapping[str, Any]
) -> list[Prose | Cell]:
    """Set parameters after the cell tagged ``parameters``; raises PublishError where none is."""
    if not parameters:
        return parts
    for position, cell in enumerate(parts, 1):
        if isinstance(cell, Cell) and "parameters" in as_list(cell.options.data.get("tags")):
            lines = [f"{name} = {_literal(name, value)}" for name, value in parameters.items()]
            source = "\n".join(["# Injected Parameters", *lines])
            injected = replace(cell, source=source, options=cell.options.without("label", "tags"))
            return [*parts[:position], injected, *parts[position:]]
    raise PublishError(
        f"给了参数 {'、'.join(parameters)}，但 {document.path.name} 没有标签为 parameters 的单元格（#| tags: [parameters]）"
    )


def _literal(name: str, value: Any) -> str:
    """Write a parameter as Python, as papermill does."""
    if not name.isidentifier():
        raise PublishError(f"参数名“{name}”不能用作 Python 的变量名")
    if isinstance(value, PurePath):
        value = str(value)
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        raise PublishError(f"参数 {name} 的值 {value!r} 不是文字、数字、真假、列表或字典") from None
    return repr(value)


def setting(cell: Cell, options: Options, name: str) -> Any:
    """Return an option of a cell: its own, else the document's, else Quarto's default."""
    for data in (cell.options.data, options.child("execute").data, options.data):
        if data.get(name) is not None:
            return data[name]
    return name != "error"


def _setting_for_all(cell: Cell, formats: Mapping[str, Options], name: str) -> Any:
    values = {setting(cell, options, name) for options in formats.values()}
    if len(values) > 1:
        raise next(iter(formats.values())).refuse("单元格只运行一次，各格式的值须相同", "execute", name)
    return values.pop()


def _run(cell: Cell, formats: Mapping[str, Options], kernel: Kernel) -> CellOutcome:
    if not _setting_for_all(cell, formats, "eval") or not cell.source.strip():
        return CellOutcome()
    name = cell_name(cell.label)
    try:
        outcome = kernel.run(cell.source)
    except KernelDiedError:
        raise PublishError(f"{name}运行时内核意外退出（内存不足，或被结束）", cell.place) from None
    if (error := outcome.error) and not _setting_for_all(cell, formats, "error"):
        if error.get("worded"):
            raise CellError("\n".join(without_colours(line) for line in error["traceback"]))
        place = cell.code.down(error["line"] - 1) if error.get("line") else cell.place
        raise CellError(f"{name}出错：{exception_text(error)}", place)
    return outcome


def exception_text(error: Message) -> str:
    """Word an exception, without the kernel's own file names."""
    return f"{error['ename']}: {_KERNEL_FILE.sub('', without_colours(error['evalue']))}"


def _evaluate(prose: Prose, kernel: Kernel) -> dict[str, Message]:
    found = list(INLINE.finditer(prose.text))
    if not found:
        return {}
    try:
        answers = kernel.evaluate([match[2].strip() for match in found])
    except KernelDiedError:
        raise PublishError("求行内代码的值时内核意外退出", prose.place) from None
    for match, answer in zip(found, answers, strict=True):
        if answer["status"] != "ok":
            place = prose.place.down(prose.text.count("\n", 0, match.start(2)))
            said = f"{answer['ename']}: {answer['evalue']}"
            raise CellError(f"行内代码 {match[2].strip()} 出错：{said}", place)
    return {match[2].strip(): answer["data"] for match, answer in zip(found, answers, strict=True)}


def printed_date(executed: Executed, options: Options) -> str:
    """Return the document's date: what the last YAML block that an ``asis`` cell gave says, else the header; as it is written."""
    date = str(options.data.get("date") or "")
    for part in executed:
        if not isinstance(part, ExecutedCell) or setting(part.cell, options, "output") != "asis":
            continue
        for output in part.outcome.outputs if setting(part.cell, options, "include") else []:
            printed = output.get("name") == "stdout" and output["text"]
            text = printed or output.get("data", {}).get("text/markdown", "")
            date = next((found[2] for found in _DATE.finditer(text)), date)
    return date
