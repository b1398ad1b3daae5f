"""Verdicts for people and for scripts: on a terminal, as JSON, and as a page of their own."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.checks.catalogue import LEVELS
from helpers.checks.verdict import Verdict, check_many
from helpers.files.writing import write_file
from helpers.report.findings import Finding, printable

if TYPE_CHECKING:
    from rich.console import Console

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
        verdicts = list(check_many(folders, progress=progress))
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
            write_file(written, page([verdict]).encode(errors="backslashreplace"))
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
    console.print()


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
    name = verdict.folder.name if verdict.organ is None else f"{verdict.organ} {verdict.year} 年度"
    return f"{name}（{verdict.folder}）：{_outcome(verdict)}"


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

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>报告检查结果</title>
<style>
body {{ margin: 1.5rem auto; max-width: 72rem; padding: 0 1rem; font-family: sans-serif; line-height: 1.6; color: #1a1a1a; background: #fff; }}
.scroll {{ overflow-x: auto; }}
.passed {{ color: #14602c; }}
.failed {{ color: #a11212; }}
table {{ border-collapse: collapse; min-width: 60rem; width: 100%; font-size: 0.875rem; }}
thead {{ border-block: 2px solid #d3d3d3; }}
tbody {{ border-bottom: 2px solid #d3d3d3; }}
th, td {{ padding: 0.5em; text-align: left; vertical-align: top; overflow-wrap: break-word; }}
th {{ font-weight: normal; }}
tbody tr {{ border-top: 1px solid #d3d3d3; }}
td:first-child {{ min-width: 4em; font-weight: bold; }}
td:nth-child(2) {{ white-space: nowrap; }}
td:nth-child(3), td:nth-child(5), td:nth-child(6) {{ min-width: 8em; }}
td:last-child {{ min-width: 14em; }}
tr.error td:first-child {{ color: #a11212; }}
tr.warning td:first-child {{ color: #7a4b00; }}
tr.info td:first-child {{ color: #0b4f6c; }}
</style>
</head>
<body>
<main>
<h1>报告检查结果</h1>
<p>{summary}</p>
{sections}
</main>
</body>
</html>
"""


def page(verdicts: Sequence[Verdict]) -> str:
    """Return verdicts as one HTML page, without script and without reference to anything outside it."""
    sections = "\n".join(_section(verdict, number) for number, verdict in enumerate(verdicts, 1))
    return _PAGE.format(summary=escape(summary(verdicts)), sections=sections)


def _section(verdict: Verdict, number: int) -> str:
    name = verdict.folder.name if verdict.organ is None else f"{verdict.organ} {verdict.year} 年度"
    heading = f'<h2 id="report-{number}">{escape(name)}</h2>'
    outcome = f'<p class="{"passed" if verdict.passed else "failed"}">{escape(_outcome(verdict))}</p>'
    table = _table(verdict.findings, number) if verdict.findings else ""
    return f'<section aria-labelledby="report-{number}">\n{heading}\n{outcome}\n{table}</section>'


_COLUMNS: dict[str, Callable[[Finding], str]] = {
    "级别": lambda found: LEVELS[found.level],
    "规则": lambda found: found.rule,
    "位置": lambda found: where(found),
    "问题": lambda found: found.message,
    "应为": lambda found: found.expected or "",
    "现为": lambda found: found.actual or "",
    "依据": lambda found: found.basis,
}
"""What the table of findings tells of each."""


def _table(findings: Sequence[Finding], number: int) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    rows = "\n".join(
        f'<tr class="{found.level}">{"".join(f"<td>{escape(told(found))}</td>" for told in _COLUMNS.values())}</tr>'
        for found in findings
    )
    return (
        f'<div class="scroll" role="region" aria-labelledby="report-{number}" tabindex="0">\n'
        f'<table id="findings-{number}">\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>\n'
    )
