"""A workbook filled from an older state of a folder brought back into it: its figures, three ways."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from helpers.document.source_plan import edition, workbook_plan
from helpers.files.reading import SourceError, read_bytes
from helpers.finishing.source_marks import Plan, decoded
from helpers.intake.matching.model import SOURCE, Imported, IntakeError
from helpers.intake.readers.limits import MAX_BYTES, check_package
from helpers.merge.figure_merge import merge_figures
from helpers.merge.merge_result import Merge, figure_files
from helpers.merge.outcome import Decisions, heading_of
from helpers.merge.unmarked import figures_by_labels, read_by_labels
from helpers.merge.word_text import MergeError
from helpers.report.folder import Report


def is_workbook(file: Path) -> bool:
    """Return whether a file is a workbook; what it is else, and whether it can be read, others say."""
    try:
        if not file.is_file():
            return False
        with zipfile.ZipFile(file) as package:
            return "xl/workbook.xml" in package.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def merge_workbook(report: Report, file: Path, decisions: Decisions) -> Merge:
    """Return what bringing a workbook into a folder would change; nothing is written.

    Raises
    ------
    MergeError
        The file cannot be read, or is another report's.
    """
    plan = _plan(file)
    if plan is not None and plan.subject != workbook_plan(report).subject:
        raise MergeError(f"{file} 是另一份报告的填报表，不是“{report.title}”；请核对文件和文件夹")
    same_edition = plan is not None and plan.edition == edition(report)
    imported = read_by_labels(file, report)
    there, missing = figures_by_labels(imported, report)
    merged = merge_figures(report, there, {}, plan, decisions, certain=plan is not None)
    marks = "lost" if plan is None else "kept"
    result = Merge(file, report.folder, marks, same_edition, [], frozenset(), [])
    result.figures, result.questions = merged.changes, merged.questions
    result.untaken = [*missing, *merged.untaken, *_other_texts(imported, report)]
    if result.decided:
        result.files = figure_files(report, result.figures)
    return result


def _other_texts(imported: Imported, report: Report) -> Iterator[str]:
    """Name the texts that the workbook has in other words than the folder: its sheet of prose is there to be read."""
    for name, text in {"lead": imported.lead or None, **imported.sections}.items():
        if text is not None and text.split() != report.prose.get(name, "").split():
            yield f"“{heading_of(name)}”的文字和文件夹里的 {name}.md 不一样；填报表只合并数，文字请在文件夹里改"


def _plan(file: Path) -> Plan | None:
    """Return what a workbook says it was made from; None where it says nothing."""
    import openpyxl

    try:
        data = read_bytes(file.absolute(), MAX_BYTES)
        check_package(data, "Excel 文件")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        text = book[SOURCE]["A1"].value if SOURCE in book.sheetnames else None
        return decoded(text) if isinstance(text, str) else None
    except SourceError as error:
        raise MergeError(f"{file} {error.message}") from None
    except IntakeError as error:
        raise MergeError(f"{file}：{error}") from None
    except ValueError:
        return None
    except Exception:  # openpyxl raises whatever a broken part makes it trip over
        raise MergeError(f"{file} 已损坏，打不开；请用 Excel 或 WPS 另存一份") from None
