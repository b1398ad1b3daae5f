"""Figures of a file without our marks: read by their labels, as any published file is."""

from pathlib import Path

from helpers import intake
from helpers.intake.matching.model import Imported
from helpers.merge.word_text import MergeError
from helpers.report.cell_names import CELLS, Cell, place
from helpers.report.figures import format_figure
from helpers.report.folder import Report


def read_by_labels(file: Path, report: Report) -> Imported:
    """Read a file as any published one.

    Raises
    ------
    MergeError
        The file cannot be read, or is another organ's or another year's report.
    MissingExtraError
        The readers are not installed.
    """
    try:
        imported = intake.read(file)
    except intake.IntakeError as error:
        raise MergeError(f"{file}：{error}") from None
    if imported.year not in (None, report.year):
        raise MergeError(
            f"{file} 是 {imported.year} 年度的报告，不是 {report.year} 年度的；请核对文件和文件夹"
        )
    if imported.organ and "".join(imported.organ.split()) != "".join(report.organ.split()):
        raise MergeError(f"{file} 是“{imported.organ}”的报告，不是“{report.organ}”的；请核对文件和文件夹")
    return imported


def figures_by_labels(
    imported: Imported, report: Report, tables: list[str] | None = None
) -> tuple[dict[Cell, str], list[str]]:
    """Return the figures that could be read for certain, and which could not.

    Parameters
    ----------
    tables
        Names of the tables wanted; all of them without.
    """
    found: dict[Cell, str] = {}
    missing: list[str] = []
    for name in tables or CELLS:
        for cell in CELLS[name]:
            figure = imported.figures[name][cell[1]][cell[2]]
            if figure is None and cell in report.computed:
                continue
            if figure is None:
                missing.append(f"{place(cell)}：文件里没有读准，没有改动")
            else:
                found[cell] = format_figure(figure)
    return found, missing
