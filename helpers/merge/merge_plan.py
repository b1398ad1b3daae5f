"""An edited Word file, or a workbook, brought back into the report folder that it was made from: what would change, and the change itself."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.document import notes, prose
from helpers.document.placeholders import names
from helpers.document.source_plan import edition, marked, section
from helpers.files.reading import decoded, read_bytes
from helpers.files.writing import free_name, write_file, written_whole
from helpers.finishing.source_marks import PICTURE, fingerprint
from helpers.merge.comments import comments, merge_notes, note_of, placed
from helpers.merge.figure_merge import FigureMerge, merge_figures, read_tables
from helpers.merge.merge_result import Merge, figure_files
from helpers.merge.outcome import Decisions
from helpers.merge.prose_merge import Base, Folder, Merger, Prose
from helpers.merge.resolved import Resolved, resolve
from helpers.merge.unmarked import figures_by_labels, read_by_labels
from helpers.merge.word_parts import modified
from helpers.merge.word_text import MergeError, WordText, read
from helpers.merge.workbook_merge import is_workbook, merge_workbook
from helpers.report.cell_names import BY_NAME, Cell
from helpers.report.figures import format_figure
from helpers.report.findings import errors
from helpers.report.folder import PROSE, InvalidReport, Report, load
from helpers.report.form import FORM


def plan_merge(
    file: Path,
    folder: Path,
    *,
    accepted: frozenset[int] | None = None,
    rejected: frozenset[int] = frozenset(),
    answers: dict[str, Any] | None = None,
) -> Merge:
    """Return what bringing a file into a folder would change; nothing is written.

    Parameters
    ----------
    accepted, rejected
        Numbers of tracked changes; ``accepted`` of None takes all that are not rejected.

    Raises
    ------
    MergeError
        The file cannot be read, or was made from another report.
    InvalidReport
        The folder cannot be read.
    """
    report = _readable(folder)
    if is_workbook(file):
        return merge_workbook(report, file, Decisions(answers=answers or {}))
    text = read(file)
    numbers = {one.number for one in text.changes}
    unknown = sorted(((accepted or frozenset()) | rejected) - numbers)
    if unknown:
        raise MergeError(f"文件里没有第 {unknown[0]} 处修订，一共 {len(numbers)} 处")
    undecided = sorted(numbers - (numbers if accepted is None else accepted) - rejected)
    if text.plan is not None and text.plan.subject != fingerprint(report.title):
        raise MergeError(f"{file} 是另一份报告生成的，不是“{report.title}”；请核对文件和文件夹")
    return _Merging(report, text, file, Decisions(rejected, answers or {}), undecided).merge()


def _readable(folder: Path) -> Report:
    report = load(folder)
    refused = errors(prose.findings(report))
    if refused:
        raise InvalidReport(report.folder, refused)
    return report


class _Merging:
    def __init__(
        self, report: Report, text: WordText, file: Path, decisions: Decisions, undecided: list[int]
    ) -> None:
        self.report, self.text, self.file, self.decisions = report, text, file, decisions
        self.same_edition = edition(report) == (text.plan.edition if text.plan else text.edition)
        self.certain = text.plan is not None or self.same_edition
        self.resolved: Resolved = resolve(text, decisions.rejected)
        marks = "kept" if text.marked and text.plan else "partly" if self.certain else "lost"
        self.result = Merge(
            file, report.folder, marks, self.same_edition, text.changes, decisions.rejected, undecided
        )

    def merge(self) -> Merge:
        """Return what changes."""
        there = self._figures()
        merged = self._merge_figures(there, {})
        prose_merge = self._merge_prose(merged)
        if prose_merge.figures:
            merged = self._merge_figures(there, prose_merge.figures)
        result = self.result
        result.figures, result.prose = merged.changes, prose_merge.changes
        result.questions = merged.questions + prose_merge.questions
        result.untaken += merged.untaken + prose_merge.untaken
        result.untaken += self.text.untaken
        self._merge_notes()
        if result.decided:
            result.files = self._files(prose_merge)
        return result

    # Figures ----------------------------------------------------------------------------------------------------------

    def _figures(self) -> dict[Cell, str]:
        """Return the text of each cell, by our marks, or else by the labels as any published file is read."""
        found, missing = read_tables(self.resolved.tables)
        unmarked = [name for name in FORM.tables if name not in {one.name for one in self.resolved.tables}]
        if unmarked:
            imported = read_by_labels(self.file, self.report)
            more, unread = figures_by_labels(imported, self.report, unmarked)
            found, missing = found | more, missing + unread
        self.result.untaken += missing
        return found

    def _merge_figures(self, there: dict[Cell, str], stated: dict[Cell, str]) -> FigureMerge:
        return merge_figures(self.report, there, stated, self.text.plan, self.decisions, certain=self.certain)

    # Prose ------------------------------------------------------------------------------------------------------------

    def _merge_prose(self, figures: FigureMerge) -> Prose:
        sources = {name: text for name in PROSE if (text := prose.source_of(self.report, name)) is not None}
        context = names(self.report)
        now = {name: section(self.report, name) for name in sources}
        folder = Folder(sources, now, context, self._value_after(figures), self.report.title)
        plan = self.text.plan
        base = Base(
            [one for one in plan.passages if one.name.partition(".")[0] in PROSE]
            if plan
            else [marked(one) for one in folder.each()],
            frozenset(plan.others) if plan else None,
            plan.others.count(fingerprint(PICTURE)) if plan else None,
            self.certain,
        )
        return Merger(folder, base, self.resolved.lines, self.decisions).merge()

    def _value_after(self, figures: FigureMerge) -> Callable[[str], str]:
        """Return what tells the value that a placeholder will bring."""
        fresh = {one.cell: one.after for one in figures.changes}
        context = names(self.report)

        def value(name: str) -> str:
            cell = BY_NAME.get(name)
            if cell in fresh:
                return fresh[cell]
            known: Any = context
            for part in name.split("."):
                known = known.get(part, "") if isinstance(known, dict) else ""
            return str(known)

        return value

    # Notes ------------------------------------------------------------------------------------------------------------

    def _merge_notes(self) -> None:
        found = comments(self.text)
        if not found:
            return
        known, wrong = notes.read(self.report.folder)
        if errors(wrong):
            raise InvalidReport(self.report.folder, errors(wrong))
        path = self.report.folder / notes.NOTES_FILE
        before = decoded(read_bytes(path))[0] if path.is_file() else ""
        after = {one.cell: one.after for one in self.result.figures}
        shown = {
            cell: after.get(cell, "" if figure is None else format_figure(figure))
            for cell in BY_NAME.values()
            for figure in [self.report.figure(*cell)]
        }
        undated = modified(self.text.package) or self.report.dated
        entries = [note_of(one, undated) for one in placed(found, self.resolved, shown)]
        self.result.notes = merge_notes(before, known, entries)
        self.result.untaken += self.result.notes.untaken

    # Files ------------------------------------------------------------------------------------------------------------

    def _files(self, prose_merge: Prose) -> dict[str, bytes]:
        files = figure_files(self.report, self.result.figures)
        for name, text in prose_merge.texts.items():
            path = self.report.folder / f"{name}.md"
            _, encoding, mark = decoded(read_bytes(path)) if path.is_file() else ("", "utf-8", b"")
            files[f"{name}.md"] = mark + text.encode(
                encoding, "surrogatepass" if encoding == "utf-8" else "strict"
            )
        if self.result.notes.text is not None:
            files[notes.NOTES_FILE] = self.result.notes.text.encode()
        return files


def apply(merge: Merge) -> Path:
    """Write a decided merge: the folder becomes a new one, and the old one is kept beside it; return where.

    Raises
    ------
    MergeError
        The folder cannot be written, or would no longer be a report; nothing is changed then.
    """
    folder = merge.folder.resolve()
    old = free_name(folder)
    try:
        with written_whole(folder, replace=True) as new:
            shutil.copytree(folder, new, symlinks=True, dirs_exist_ok=True)
            for name, content in merge.files.items():
                write_file(new / name, content)
            _readable(new)
            if wrong := errors(notes.read(new)[1]):
                raise InvalidReport(new, wrong)
    except InvalidReport as error:
        raise MergeError(f"合并后的文件夹读不了，没有改动：{error.findings[0]}") from None
    except OSError as error:
        raise MergeError(f"{merge.folder} 写不进去（{error.strerror}），没有改动；请检查路径和权限") from None
    return old
