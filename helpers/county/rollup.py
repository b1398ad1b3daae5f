"""Children summed into their parent's report folder, per cell, and who contributed what.

A parent's own figures are a folder among the others, so documents in force are its own plus its children's. A lawsuit
that several children stood in together is listed in the parent's report.yml (``co_defendants``) and counted once.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers.checks import check
from helpers.checks.context import CHILDREN_FILE, FolderCache
from helpers.checks.levels import summed
from helpers.files.reading import SourceError
from helpers.files.spreadsheets import csv_text
from helpers.files.writing import write_text, written_whole
from helpers.files.yaml_text import dump_yaml, read_yaml
from helpers.intake.new_year import NewError, create
from helpers.report.cell_names import CELLS, Cell, place
from helpers.report.figures import Figure, Rows, format_figure
from helpers.report.findings import Finding, errors
from helpers.report.folder import InvalidReport, Report, load, save
from helpers.report.form import FORM
from helpers.report.settings_file import SETTINGS_FILE

CONTRIBUTIONS = "contributions.csv"
"""File of the parent's folder: one row a cell, one column a child."""

_ACROSS = ("H-SUM", "H-BOUND", "H-SWAP", "W-COPIED")
_CELLS = [cell for cells in CELLS.values() for cell in cells]


class RollupError(Exception):
    """Folders that cannot be summed; the message says why, in Chinese."""


@dataclass(frozen=True)
class Rollup:
    """A parent as summed.

    Attributes
    ----------
    report
        The parent's report, as it stands in its folder.
    children
        Reports of the parent's year, in the order given.
    missing
        Children that should be there and are not, one Chinese line each; with any, the list counts as incomplete.
    gaps
        What could not be held against anything, likewise: children without a report on the year before, children that do
        not name this parent; and how much the parent's figures changed.
    findings
        What H-SUM, H-BOUND, H-SWAP and W-COPIED say of the parent and, from the other side, of each child, by folder name.
    """

    report: Report
    children: list[Report]
    missing: list[str]
    gaps: list[str]
    findings: dict[str, list[Finding]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether both sides agree."""
        return not any(errors(found) for found in self.findings.values())


def rollup(folders: Sequence[Path], organ: str, level: str, out: Path) -> Rollup:
    """Sum children into ``out``.

    Parameters
    ----------
    folders
        Report folders of the children, and of the parent's own figures. The latest year among them is summed; the
        others only tell who is missing.
    out
        The parent's folder. One that stands there keeps its settings and prose, and a copy of it stays beside it.

    Raises
    ------
    RollupError
        A child cannot be read or has an error of its own, two are of the same organ and year, ``co_defendants`` does not
        fit them, or ``out`` is another organ's or cannot be written.
    """
    reports = [_sound(Path(folder)) for folder in folders]
    if not reports:
        raise RollupError("没有给出下级的报告文件夹")
    _refuse_twice(reports)
    year = max(report.year for report in reports)
    children = [report for report in reports if report.year == year]
    base = _existing(out, organ, level, year) if out.exists() else None
    forgotten = _forgotten(out, children, year)
    missing = list(dict.fromkeys((*_missing(reports, children, year, base), *forgotten.values())))
    try:
        with written_whole(out, replace=True) as new:
            parent = base or _begun(new, organ, level, year)
            _refuse_unfit(parent, children)
            sums = summed(parent, [(child, _figures(child)) for child in children])
            save(replace(parent, figures=_tables(sums)), new)
            folders = [*(child.folder.resolve() for child in children), *forgotten]
            write_text(new / CHILDREN_FILE, _list(folders, out, complete=not missing))
            write_text(new / CONTRIBUTIONS, _contributions(children, sums), "utf-8-sig")
    except NewError as error:
        raise RollupError(str(error)) from None
    except OSError as error:
        raise RollupError(f"{out} 写不进去（{error.strerror}），请检查路径和权限") from None
    across = {folder.name: _across(folder) for folder in (out, *(child.folder for child in children))}
    gaps = [*_gaps(reports, children, year), *_unlinked(children, out), *_changed(base, sums)]
    return Rollup(load(out), children, missing, gaps, across)


# What is given --------------------------------------------------------------------------------------------------------


def _sound(folder: Path) -> Report:
    """Read a child; what another sum over the levels says of it does not matter, for the sum is made anew."""
    verdict = check(folder)
    wrong = [found for found in errors(verdict.findings) if found.rule not in _ACROSS]
    if verdict.report is None or wrong:
        raise RollupError(str(InvalidReport(folder, wrong)))
    return verdict.report


def _refuse_twice(reports: Sequence[Report]) -> None:
    (name, year), count = Counter((report.organ, report.year) for report in reports).most_common(1)[0]
    if count > 1:
        raise RollupError(f"“{name}”{year} 年度的报告给了 {count} 份，会重复计算；请只留一份")


def _existing(out: Path, organ: str, level: str, year: int) -> Report:
    try:
        base = load(out)
    except InvalidReport as error:
        raise RollupError(str(error)) from None
    if (base.organ, base.level, base.year) != (organ, level, year):
        raise RollupError(
            f"{out} 已经是“{base.organ}”（{base.level}）{base.year} 年度的报告，"
            f"与要汇总的“{organ}”（{level}）{year} 年度不符，没有改动"
        )
    return base


def _begun(new: Path, organ: str, level: str, year: int) -> Report:
    started = create(new / "begun", organ, level, year)
    shutil.rmtree(new / "begun")
    return started.report


def _refuse_unfit(parent: Report, children: Sequence[Report]) -> None:
    """See that every organ of every joint lawsuit is a child, and that its own table has as many."""
    suits: Counter[tuple[Path, Cell]] = Counter()
    for suit in parent.co_defendants:
        for name in suit["organs"]:
            child = next((one for one in children if name in (one.organ, one.short_name)), None)
            if child is None:
                raise RollupError(
                    f"{SETTINGS_FILE} 的 co_defendants 里写的“{name}”不在这次汇总的下级里，请核对名称"
                )
            cell = ("proceedings", suit["block"], suit["result"])
            suits[child.folder, cell] += 1
            if suits[child.folder, cell] > (child.figure(*cell) or 0):
                raise RollupError(
                    f"{SETTINGS_FILE} 的 co_defendants 里有“{name}”的 {suits[child.folder, cell]} 件，"
                    f"它自己的报告里{place(cell)}只填 {format_figure(child.figure(*cell) or 0)}，请核对"
                )


# Who is missing -------------------------------------------------------------------------------------------------------


def _missing(
    reports: Sequence[Report], children: Sequence[Report], year: int, base: Report | None
) -> Iterator[str]:
    present = {child.organ for child in children}
    for report in reports:
        if report.organ not in present:
            yield f"{report.organ}：有 {report.year} 年度的报告，缺 {year} 年度的"
    if base is None:
        return
    context = FolderCache().context(base.folder)
    last = context.previous if context else None
    for before in last.children.contexts if last else []:
        if before.report.organ not in present:
            yield f"{before.report.organ}：有 {before.report.year} 年度的报告，缺 {year} 年度的"


def _forgotten(out: Path, children: Sequence[Report], year: int) -> dict[Path, str]:
    """Folders that the parent's list holds, or that name it as theirs, and that were not given; why each is missed."""
    given = {child.folder.resolve() for child in children}
    why = {
        (
            out / folder
        ).resolve(): f"{folder}：{CHILDREN_FILE} 的名单里有，这次没有给；不再是下级的，请从名单里删去"
        for folder in _listed(out)
    }
    organs = {child.organ for child in children}
    for settings in sorted(out.absolute().parent.glob(f"*/{SETTINGS_FILE}")):
        folder = settings.parent.resolve()
        # A copy that was kept of a child's folder is not one more child.
        if _names(settings, out, year) not in {None, *organs}:
            why.setdefault(folder, f"{folder.name}：它的 {SETTINGS_FILE} 写明上级是 {out.name}，这次没有给")
    return {folder: line for folder, line in why.items() if folder not in given}


def _names(settings: Path, out: Path, year: int) -> str | None:
    """Return the organ of a report of the year that names ``out`` as its parent."""
    try:
        value = read_yaml(settings).value
        linked = value["year"] == year and (settings.parent / value["parent"]).resolve() == out.resolve()
        return str(value["organ"]) if linked else None
    except (SourceError, OSError, KeyError, TypeError, ValueError):
        return None


def _listed(folder: Path) -> list[str]:
    """Children of the list that stands in the parent's folder; one that cannot be read lists none."""
    try:
        folders = read_yaml(folder / CHILDREN_FILE).value["folders"]
        return [one for one in folders if isinstance(one, str)]
    except (SourceError, KeyError, TypeError):
        return []


def _gaps(reports: Sequence[Report], children: Sequence[Report], year: int) -> Iterator[str]:
    before = {report.organ for report in reports if report.year == year - 1}
    cache = FolderCache()
    for child in children:
        context = cache.context(child.folder)
        if child.organ not in before and (context is None or context.previous is None):
            yield f"{child.organ}：缺 {year - 1} 年度的报告，上年结转没有核对"


def _unlinked(children: Sequence[Report], out: Path) -> Iterator[str]:
    for child in children:
        if child.linked(child.parent) != out.resolve():
            written = f"写的是 {child.parent}" if child.parent else "没有填"
            yield f"{child.organ}：{SETTINGS_FILE} 的 parent {written}，不是 {out.name}，没有从下级一方核对"


def _changed(base: Report | None, sums: dict[Cell, Figure]) -> Iterator[str]:
    changed = [(cell, old) for cell, old in (_figures(base) if base else {}).items() if old != sums[cell]]
    if changed:
        cell, old = changed[0]
        yield (
            f"有 {len(changed)} 格与原来的数不同，如{place(cell)}原来 {format_figure(old)}，现在 {format_figure(sums[cell])}；"
            "请看是不是还有下级没有给。原来的文件夹留在旁边"
        )


# What is written ------------------------------------------------------------------------------------------------------


def _figures(report: Report) -> dict[Cell, Figure]:
    return {cell: figure for cell in _CELLS if (figure := report.figure(*cell)) is not None}


def _tables(sums: dict[Cell, Figure]) -> dict[str, Rows]:
    return {
        name: {row: {column: sums[name, row, column] for column in table.column} for row in table.row}
        for name, table in FORM.tables.items()
    }


def _list(folders: Sequence[Path], out: Path, *, complete: bool) -> str:
    paths = [Path(os.path.relpath(folder, out.resolve())).as_posix() for folder in folders]
    return dump_yaml({"complete": complete, "folders": paths})


def _contributions(children: Sequence[Report], sums: dict[Cell, Figure]) -> str:
    """Write the table: keys and names of each cell, each child's figure, what counts once, the sum."""
    shared = Counter(child.short_name for child in children)
    names = [child.short_name if shared[child.short_name] == 1 else child.organ for child in children]
    rows: list[list[str]] = [["table", "row", "column", "行名", "列名", *names, "同案重复", "合计"]]
    for cell in _CELLS:
        table = FORM.tables[cell[0]]
        figures = [child.figure(*cell) or 0 for child in children]
        labels = ["—".join(table.row[cell[1]].labels), table.column[cell[2]].label]
        twice = sums[cell] - sum(figures)
        rows.append(
            [
                *cell,
                *labels,
                *map(format_figure, figures),
                format_figure(twice) if twice else "0",
                format_figure(sums[cell]),
            ]
        )
    return csv_text(rows)


def _across(folder: Path) -> list[Finding]:
    return [found for found in check(folder).findings if found.rule in _ACROSS]
