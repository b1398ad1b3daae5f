"""Verdicts for people and for scripts: on a terminal, as JSON, and as a page of their own."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.checks.catalogue import LEVELS
from helpers.checks.hints import Hint
from helpers.checks.suspects import SHOWN
from helpers.checks.verdict import Verdict, check_many, compared
from helpers.document.table_html import Cell, table
from helpers.files.templates import Markup, filled
from helpers.files.writing import write_text
from helpers.report.findings import Finding, printable

if TYPE_CHECKING:
    from rich.console import Console

HINTS_HEADING = "可能错在哪一格（按可能性排列，只是提示，没有改动，请对照原始材料）"

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def run(folders: Sequence[Path], as_json: bool = False, pages: Path | None = None) -> int:
    """Check folders, show the verdicts and return the exit code.

    Parameters
    ----------
    as_json
        Print one JSON document on stdout and nothing else there; otherwise people read the verdicts on stderr.
    pages
        Folder of outputs; each folder's verdict is written there as ``NAME/check.html``, beside its report.

    Returns
    -------
    int
        0, or 1 if any folder has an error.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with _progress(console, len(folders)) as progress:
        verdicts = compared(list(check_many(folders, progress=progress)))
    if as_json:
        print(json.dumps([verdict.to_json() for verdict in verdicts], ensure_ascii=False, indent=2))
    else:
        for verdict in verdicts:
            _print(console, verdict)
        console.print(summary(verdicts))
    if pages is not None:
        for verdict in verdicts:
            written = pages / verdict.folder.resolve().name / "check.html"
            written.parent.mkdir(parents=True, exist_ok=True)
            write_text(written, page([verdict]), errors="backslashreplace")
            console.print(str(written), soft_wrap=True)
    return 0 if all(verdict.passed for verdict in verdicts) else 1


@contextmanager
def _progress(console: "Console", total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal, nothing in a pipe."""
    if not console.is_terminal or total == 1:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("正在检查", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


# On a terminal --------------------------------------------------------------------------------------------------------


def _print(console: "Console", verdict: Verdict) -> None:
    from rich.markup import escape as rich_escape

    style = "bold green" if verdict.passed else "bold red"
    _write(console, verdict_line(verdict), style)
    for found in verdict.findings:
        place = rich_escape(printable(where(found)))
        console.print(
            f"  [{_STYLES[found.level]}]{LEVELS[found.level]}[/] {found.rule}  {place}", soft_wrap=True
        )
        _write(console, found.message, indent=5)
        _write(console, f"依据：{found.basis}", "dim", indent=5)
    open_hints = _open(verdict.hints)
    if open_hints:
        _write(console, f"{HINTS_HEADING}：", "bold cyan", indent=2)
    for number, hint in enumerate(open_hints, 1):
        for mark, suspect in zip(_marks(number, len(open_hints)), hint.suspects, strict=False):
            _write(console, f"{mark}  {suspect.message}", indent=5)
    console.print()


def _open(hints: Sequence[Hint]) -> list[Hint]:
    """Return the hints that leave a choice; what a finding already says is not said again."""
    return [hint for hint in hints if len(hint.suspects) > 1]


def _marks(number: int, count: int) -> Iterator[str]:
    """Yield the marks of a hint's proposals: 1, 2, 3, and where there are several hints 1-1, 1-2, 1-3."""
    for rank in range(1, SHOWN + 1):
        yield f"{number}-{rank}" if count > 1 else str(rank)


def _write(console: "Console", text: str, style: str = "", indent: int = 0) -> None:
    """Write a text, on a terminal broken at its edge: rich breaks at spaces, which Chinese has few of."""
    from rich.cells import chop_cells
    from rich.text import Text

    shown = printable(text)
    lines = chop_cells(shown, console.width - indent) if console.is_terminal else [shown]
    for line in lines:
        console.print(Text(" " * indent + line, style=style), soft_wrap=True)


def verdict_line(verdict: Verdict) -> str:
    """Say of whom, which year, where, and the outcome; for a clean report also what was verified."""
    return f"{_name(verdict)}（{verdict.folder}）：{_outcome(verdict)}"


def _name(verdict: Verdict) -> str:
    return verdict.folder.name if verdict.organ is None else f"{verdict.organ} {verdict.year} 年度"


def _outcome(verdict: Verdict) -> str:
    counted = "、".join(f"{count} 条{LEVELS[level]}" for level, count in verdict.counts.items() if count)
    explained = f"（其中 {verdict.explained} 条已说明）" if verdict.explained else ""
    if not verdict.passed:
        return f"不通过，有 {counted}{explained}"
    return f"通过，{verdict.verified}，" + (f"有 {counted}{explained}" if counted else "没有发现问题")


def where(found: Finding) -> str:
    """Name the file and line of a finding."""
    return "、".join(part for part in (found.file, found.line and f"第 {found.line} 行") if part)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Count reports and findings in one line."""
    passed = sum(verdict.passed for verdict in verdicts)
    counts = "，".join(
        f"{name} {sum(verdict.counts[level] for verdict in verdicts)}" for level, name in LEVELS.items()
    )
    return f"共 {len(verdicts)} 份报告：通过 {passed} 份，不通过 {len(verdicts) - passed} 份；{counts}。"


# As a page ------------------------------------------------------------------------------------------------------------

_COLUMNS = {
    "级别": "4.5em",
    "规则": "8.5em",
    "位置": "11em",
    "问题": "auto",
    "应为": "7em",
    "现为": "7em",
    "依据": "13em",
}
"""Columns of the table of findings and their widths."""


def page(verdicts: Sequence[Verdict]) -> str:
    """Return verdicts as one HTML page, without script and without reference to anything outside it."""
    reports = [
        {
            "name": _name(verdict),
            "passed": verdict.passed,
            "outcome": _outcome(verdict),
            "table": _table(verdict.findings, f"report-{number}") if verdict.findings else None,
            "hints": _open(verdict.hints),
        }
        for number, verdict in enumerate(verdicts, 1)
    ]
    return filled(
        "check.html",
        title="报告检查结果",
        summary=summary(verdicts),
        reports=reports,
        hints_heading=HINTS_HEADING,
    )


def _table(findings: Sequence[Finding], label: str) -> Markup:
    rows = [
        (
            Cell(LEVELS[found.level], {"class": found.level}),
            Cell(found.rule, {"class": "short"}),
            where(found),
            found.message,
            found.expected or "",
            found.actual or "",
            found.basis,
        )
        for found in findings
    ]
    widths = list(_COLUMNS.values())
    return table(list(_COLUMNS), rows, attributes={"aria-labelledby": label}, widths=widths, stub=False)
