"""A run for people: a bar on a terminal, plain lines in a pipe, and the sum of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.county.batch import STATES, Summary, run
from helpers.county.cluster import Address, BatchError
from helpers.county.portal import Site
from helpers.county.run_results import Done, Progress
from helpers.report.findings import printable

if TYPE_CHECKING:
    from rich.console import Console


def run_with_progress(
    folders: Sequence[Path],
    out: Path,
    *,
    to: Sequence[str] = ("html", "pdf", "docx"),
    workers: int | None = None,
    scheduler: Address | None = None,
    fresh: bool = False,
    site: Site | None = None,
) -> int:
    """Run a batch, show its progress on stderr and return the exit code: 0, or 1 if any report failed.

    Parameters and errors are those of :func:`helpers.county.batch.run`.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False)
    try:
        with _progress(console, len(folders)) as progress:
            summary = run(
                folders,
                out,
                to=to,
                workers=workers,
                scheduler=scheduler,
                fresh=fresh,
                site=site,
                progress=progress,
            )
    except KeyboardInterrupt:
        raise BatchError("已中断；已经做好的报告都在，重新运行会从断处接着做") from None
    console.print(_summary_text(summary), soft_wrap=True)
    return 0 if summary.passed else 1


def _summary_text(summary: Summary) -> str:
    counts = "，".join(f"{name} {summary.counts[state]}" for state, name in STATES.items())
    notes = f"还有 {summary.open_notes} 条批注没有处理。" if summary.open_notes else ""
    return f"共 {sum(summary.counts.values())} 份报告：{counts}。{notes}详见 {summary.file}"


@contextmanager
def _progress(console: "Console", total: int) -> Iterator[Progress]:
    if not console.is_terminal:
        yield _Lines(console, total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        "正在生成",
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} 份/秒"),
        TimeRemainingColumn(),
        TextColumn("失败 {task.fields[failed]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, failed=0, rate="–")
        failed = 0

        def tell(done: Done) -> None:
            nonlocal failed
            if done.message:
                failed += 1
                console.print(printable(f"{done.folder.name}：{done.message}"), style="red", soft_wrap=True)
            speed = bar.tasks[task].speed
            bar.update(task, advance=1, failed=failed, rate=f"{speed:.1f}" if speed else "–")

        yield tell


class _Lines:
    """One line a report."""

    def __init__(self, console: "Console", total: int) -> None:
        self._console = console
        self._total = total
        self._number = 0

    def __call__(self, done: Done) -> None:
        self._number += 1
        reason = f"：{done.message}" if done.message else ""
        line = f"[{self._number}/{self._total}] {done.folder.name} {STATES[done.state]}{reason}（{done.seconds:.2f} 秒）"
        self._console.print(printable(line), soft_wrap=True)
