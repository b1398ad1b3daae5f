"""The checks: a report folder, or many, against every rule of the catalogue."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from helpers.checks.catalogue import stages
from helpers.checks.context import Context, FolderCache
from helpers.checks.equations import equations
from helpers.checks.hints import Hint, hints, noted
from helpers.checks.rule import Check
from helpers.checks.sameness import Sketch, copies, sketch
from helpers.files.scratch import end_with_parent
from helpers.report.cell_names import Cell
from helpers.report.findings import Finding, errors, finding, listed, rules, unforeseen, with_explanation
from helpers.report.folder import InvalidReport, Report

_WORTH_A_POOL = 200
"""Fewer folders are read sooner by one process than several processes start."""

_CHUNK = 50

_DIED = "核对它的进程两次意外退出（内存不足，或被结束）；请检查这个文件夹里是否放错了文件"


@dataclass(frozen=True)
class Verdict:
    """What the rules say about one folder.

    Attributes
    ----------
    folder
        As it was given.
    organ, year
        None where ``report.yml`` cannot be read.
    findings
        In the order of the stages. A warning that report.yml explains is kept as information, its text in the message.
    explained
        How many of the findings were explained.
    verified
        What was held against what, for people.
    hints
        Where it is perhaps wrong: for what does not add up, the changes that would mend it, never applied.
    report
        The report; None where the folder has none, and in verdicts of :func:`check_many`, which may be thousands.
    sketch
        What is kept of its prose, to find it again in other reports; None where the folder has no report.
    """

    folder: Path
    organ: str | None
    year: int | None
    findings: list[Finding]
    explained: int = 0
    verified: str = ""
    hints: tuple[Hint, ...] = ()
    report: Report | None = field(default=None, repr=False)
    sketch: Sketch | None = field(default=None, repr=False)

    @property
    def passed(self) -> bool:
        """Whether the report may be published: it has no error."""
        return not errors(self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by level."""
        levels = [found.level for found in self.findings]
        return {level: levels.count(level) for level in ("error", "warning", "info")}

    def release(self, force: bool = False) -> Report:
        """Return the report for rendering, if it has no error.

        Parameters
        ----------
        force
            Accept errors, as long as every figure and all prose can be printed (no error of stage ``shape``).

        Raises
        ------
        InvalidReport
            With every error that stands in the way.
        """
        wrong = errors(self.findings)
        if force:
            wrong = [found for found in wrong if rules()[found.rule].stage == "shape"]
        if self.report is None or wrong:
            raise InvalidReport(self.folder, wrong)
        return self.report

    def to_json(self) -> dict[str, Any]:
        """Return the verdict in the shape of ``check --json``."""
        return {
            "report": str(self.folder),
            "organ": self.organ,
            "year": self.year,
            "passed": self.passed,
            "counts": self.counts,
            "findings": [found.to_json() for found in self.findings],
            "suspects": [hint.to_json() for hint in self.hints],
        }


def check(folder: Path | str) -> Verdict:
    """Read a folder and run every rule; whatever is wrong with it is a finding, never an exception."""
    known = _known.get()
    return known if known and known.folder == Path(folder) else _check(Path(folder), FolderCache())


_known: ContextVar[Verdict | None] = ContextVar("known", default=None)


@contextmanager
def known(verdict: Verdict) -> Iterator[None]:
    """Hold a verdict for true while the block runs: :func:`check` does not read its folder again.

    For who checks a folder that nobody else can change, and has it rendered at once.
    """
    token = _known.set(verdict)
    try:
        yield
    finally:
        _known.reset(token)


def check_many(
    folders: Iterable[Path | str], workers: int | None = None, progress: Callable[[int], None] | None = None
) -> Iterator[Verdict]:
    """Check many folders over all cores, in the order given.

    Parameters
    ----------
    workers
        Number of processes; by default one a core, and none where the folders are few.
    progress
        Called after every folder with the number of folders done.
    """
    todo = [Path(folder) for folder in folders]
    for done, verdict in enumerate(_verdicts(todo, workers), 1):
        if progress is not None:
            progress(done)
        yield verdict


def compared(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Add to each verdict on a report whose prose stands in that of another organ that was checked with it."""
    known = [(at, verdict.sketch) for at, verdict in enumerate(verdicts) if verdict.sketch]
    new = list(verdicts)
    for place, found in copies([one for _, one in known]).items():
        at = known[place][0]
        explained = new[at].explained + (found.level == "info")
        new[at] = replace(new[at], findings=[*new[at].findings, found], explained=explained)
    return new


def _verdicts(folders: list[Path], workers: int | None) -> Iterator[Verdict]:
    if workers is None:
        workers = _cores() if len(folders) >= _WORTH_A_POOL else 1
    if workers == 1:
        cache = FolderCache()
        yield from (_check_lean(folder, cache) for folder in folders)
        return
    chunks = [folders[start : start + _CHUNK] for start in range(0, len(folders), _CHUNK)]
    yield from _verdicts_of_processes(chunks, workers)


def _verdicts_of_processes(chunks: Iterable[list[Path]], workers: int) -> Iterator[Verdict]:
    """Check chunks; when a process dies, the first that is open is checked one by one, to tell who ends a process."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    waiting = deque(chunks)
    while waiting:
        try:
            # Never fork: a forked copy of threads that libraries started deadlocks.
            with ProcessPoolExecutor(
                workers, mp_context=get_context("spawn"), initializer=end_with_parent
            ) as pool:
                for verdicts in pool.map(_check_chunk, tuple(waiting)):
                    waiting.popleft()
                    yield from verdicts
        except BrokenProcessPool:
            chunk = waiting.popleft()
            if workers == 1 and len(chunk) == 1:
                yield Verdict(chunk[0], None, None, [finding("INTERNAL", _DIED)])
            else:
                yield from _verdicts_of_processes([[folder] for folder in chunk], 1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_cache = FolderCache()


def _check_chunk(folders: list[Path]) -> list[Verdict]:
    return [_check_lean(folder, _cache) for folder in folders]


def _check_lean(folder: Path, cache: FolderCache) -> Verdict:
    return replace(_check(folder, cache), report=None)


def _check(folder: Path, cache: FolderCache) -> Verdict:
    try:
        return _judge(folder, cache)
    except Exception as error:  # one folder must never be the end of the others
        return Verdict(folder, None, None, [unforeseen(error)])


def _judge(folder: Path, cache: FolderCache) -> Verdict:
    context = cache.context(folder)
    if context is None:
        return Verdict(folder, None, None, cache.reading(folder).findings)
    findings = context.shape_findings
    for checks in stages():
        context.reported = _cells(findings)
        findings = findings + [
            found
            for run in checks
            for found in _run(run, context)
            if (found.table, found.row, found.column) not in context.reported
        ]
    found_hints = _hints(findings, context)
    findings = list(dict.fromkeys(noted(findings, found_hints)))
    explained = [_explained(found, context) for found in findings]
    count = sum(new is not old for new, old in zip(explained, findings, strict=True) if old.level != "error")
    return Verdict(
        folder,
        context.report.organ,
        context.report.year,
        explained,
        count,
        _verified(context),
        found_hints,
        context.report,
        sketch(context),
    )


_SUMS = frozenset({"sums", "years"})
"""Stages whose findings may tell which cell is wrong."""


def _hints(findings: Iterable[Finding], context: Context) -> tuple[Hint, ...]:
    """Find where it is perhaps wrong, if sums, years or levels do not agree."""
    wrong = [found for found in findings if found.level != "info" and rules()[found.rule].stage in _SUMS]
    found = hints(context) if wrong else []
    return tuple(hint for hint in found if any(map(hint.concerns, wrong)))


def _run(check: Check, context: Context) -> list[Finding]:
    """Run a rule; where it fails itself, the others still say what they found."""
    try:
        return listed(check(context))
    except Exception as error:
        return [unforeseen(error)]


def _verified(context: Context) -> str:
    sums = sum(equation.complete(context.figures) for row in equations().values() for equation in row)
    parts = [f"{len(context.figures)} 个数", f"{sums} 处合计", f"正文里 {len(context.claims)} 处关于表格的数"]
    years = sum(1 for _ in context.years())
    parts += [f"{years} 个往年"] if years else []
    parts += [f"{len(context.children.contexts)} 个下级"] if context.children.contexts else []
    return f"核对了 {'、'.join(parts)}"


def _cells(findings: list[Finding]) -> set[Cell]:
    return {
        (found.table, found.row, found.column)
        for found in errors(findings)
        if found.table and found.row and found.column
    }


def _explained(found: Finding, context: Context) -> Finding:
    text = context.report.explanations.get(found.rule)
    if text is None:
        return found
    if found.level == "error":
        return replace(found, message=f"{found.message}（错误不能用 explanations 里的说明代替，请改正。）")
    return with_explanation(found, text)
