"""An imported report as a report folder: what was read is filled in, what was not stays blank for ``check`` to name."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from helpers.files.spreadsheets import csv_text
from helpers.files.writing import write_text, written_whole
from helpers.files.yaml_text import dump_yaml
from helpers.intake.matching.model import Imported, IntakeError
from helpers.report.figures import format_figure
from helpers.report.form import FORM, Table

NOTES = "import-notes.md"
"""Lists what was not read; written only where there is something to list."""


def default_folder(imported: Imported, source: Path) -> Path:
    """Folder a report goes to where none is named: ``data/`` with the file's name and the year.

    A name of letters and digits stays; one that says nothing (``page.html``) gives way to the organ's.
    """
    stem = re.sub(r"[^\w-]+", "-", source.stem).strip("-_")
    plain = stem if stem.isascii() and stem.lower() not in {"", "index", "page", "report", "content"} else ""
    name = plain or re.sub(r"[^\w-]+", "", imported.organ or "") or "imported"
    year = "" if imported.year is None or str(imported.year) in name else f"-{imported.year}"
    return Path("data") / f"{name[:60]}{year}"


def write(imported: Imported, folder: Path, *, replace: bool = False) -> Path:
    """Write an imported report as a folder, whole or not at all.

    Cells that were not read are blank; so are the level, the contact and the fee where the file does not state them.
    :func:`helpers.report.folder.read` names each of them.

    Parameters
    ----------
    replace
        A folder that is there already is kept beside the new one.

    Raises
    ------
    IntakeError
        The folder exists and is not to be replaced, or it cannot be written.
    """
    try:
        with written_whole(folder, replace=replace) as new:
            _write_files(imported, new)
    except FileExistsError:
        raise IntakeError(f"{folder} 已经有了，没有改动；要换掉它请加 --replace，原来的会留在旁边") from None
    except OSError as error:
        raise IntakeError(f"{folder} 写不进去（{error.strerror}），请检查路径和权限") from None
    return folder


def _write_files(imported: Imported, folder: Path) -> None:
    write_text(folder / "report.yml", dump_yaml(_settings(imported)))
    for table in FORM.tables.values():
        text = _table_csv(table, imported)
        write_text(folder / f"{table.name}.csv", text, "utf-8-sig")
    prose = {key: text if text is not None else _missing(key) for key, text in imported.sections.items()}
    if imported.lead:
        prose["lead"] = imported.lead
    for name, text in prose.items():
        write_text(folder / f"{name}.md", text)
    if imported.unread:
        lines = "\n".join(f"- {message}" for message in imported.messages(whole=True))
        text = f"# 导入说明\n\n下列内容没有读到，或者需要人看一看；改好后这个文件可以删去。\n\n{lines}\n"
        write_text(folder / NOTES, text)


def _missing(section: str) -> str:
    return f"<!-- 原文件里没有读到“{FORM.sections[section]}”，请补写。 -->\n"


def _table_csv(table: Table, imported: Imported) -> str:
    rows = (
        [key, *table.csv_labels(key), *("" if one is None else format_figure(one) for one in cells.values())]
        for key, cells in imported.figures[table.name].items()
    )
    return csv_text([table.csv_header, *rows])


def _settings(imported: Imported) -> dict[str, Any]:
    """Return the values of report.yml; what the file does not state is None."""
    stated = imported.settings
    organ = imported.organ
    return stated | {
        "organ": organ,
        "short_name": stated.get("short_name", organ[:50] if organ else None),
        "level": imported.level,
        "year": imported.year,
        "contact": stated["contact"],
        "published": date.fromisoformat(imported.published) if imported.published else None,
        "previous": stated.get("previous"),
        "parent": stated.get("parent"),
        "information_fee_yuan": stated.get("information_fee_yuan"),
        "explanations": stated.get("explanations", {}),
    }
