"""What a worker does: a bundle in, a record and the finished files out, or only word of them where both see one disk.

All travel as plain mappings, so that a scheduler needs nothing of this project.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from distributed import get_worker

from helpers.checks import Verdict, check, known
from helpers.county.store import deliver, sees
from helpers.document.provenance import facts
from helpers.files.digests import digest_of
from helpers.files.writing import write_file
from helpers.publish import PublishError, publish
from helpers.report.cell_names import CELLS
from helpers.report.figures import format_figure
from helpers.report.findings import unforeseen

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "report.qmd"

_MADE_FROM = ("report.qmd", "_quarto.yml", "assets", "helpers", "data/form")
_MADE_WITH = (
    "pypandoc_binary",
    "typst",
    "ipython",
    "pikepdf",
    "great-tables",
    "pandas",
    "matplotlib",
    "lxml",
    "jinja2",
    "markdown-it-py",
)


@cache
def edition() -> str:
    """Digest of the project's code, form and look, and of the libraries that make the outputs."""
    return digest_of(_made_with())


def _made_with() -> Iterator[bytes]:
    yield f"{sys.version_info[:2]}".encode()
    for name in _MADE_WITH:
        try:
            yield f"{name} {version(name)}".encode()
        except PackageNotFoundError:
            yield name.encode()
    for name in _MADE_FROM:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                yield file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes()


def make_report(bundle: dict[str, Any], formats: list[str], wanted: str, stage: str = "") -> dict[str, Any]:
    """Check and render one report.

    Parameters
    ----------
    bundle
        ``folder`` and ``files`` of a :class:`~helpers.county.bundle.Bundle`.
    formats
        Any of ``html``, ``pdf`` and ``docx``.
    wanted
        :func:`edition` of the process that asks.
    stage
        Place of that process's run; without one the files are sent.

    Returns
    -------
    dict
        ``edition``; where it is the wanted one also ``record`` and what :func:`hand_over` gives.
    """
    if edition() != wanted:
        return {"edition": edition()}
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=_temporary_folder()) as place:
        folder = Path(place, "reports", bundle["folder"])
        record, files = _make(folder, _unpack(bundle, Path(place, "reports")), Path(place, "out"), formats)
    record["seconds"] = round(time.perf_counter() - started, 3)
    return {"edition": wanted, "record": record, **hand_over(files, stage)}


def hand_over(files: dict[str, bytes], stage: str) -> dict[str, Any]:
    """Put finished files where the run collects them, if that is on a disk of this machine: what is written need not be sent.

    Returns
    -------
    dict
        ``delivered``, the fields of :class:`~helpers.county.store.Delivered`; else ``files``, bytes by name.
    """
    if files and sees(stage):
        with suppress(OSError):  # whoever asked finds the same when writing them, and says so
            return {"delivered": vars(deliver(Path(stage), files))}
    return {"files": files}


def _temporary_folder() -> str | None:
    """Return the worker's own folder, which Dask clears even of what a killed worker left."""
    try:
        return str(get_worker().local_directory)
    except ValueError:  # there is no worker: the system's folder for temporary files
        return None


def _unpack(bundle: dict[str, Any], place: Path) -> list[Path]:
    """Write a bundle's files; return those of the report's own folder."""
    for name, data in bundle["files"].items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data)
    own = f"{bundle['folder']}/"
    return [place / name for name in bundle["files"] if name.startswith(own)]


def _make(
    folder: Path, inputs: list[Path], out: Path, formats: list[str]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    verdict = check(folder)
    record = _record(verdict)
    if not verdict.passed:
        return record, {}
    try:
        with known(verdict):
            made = publish(
                DOCUMENT,
                to=formats,
                out=out,
                parameters={"report": str(folder)},
                engine="pandoc",
                inputs=inputs,
                facts=facts(),
                in_process=True,
                body=False,  # the portal publishes the pages as they stand
            )
    except PublishError as error:
        return {**record, "passed": False, "message": str(error)}, {}
    except OSError:  # the machine's fault, not the folder's
        raise
    except Exception as error:
        found = unforeseen(error).to_json()
        return {**record, "passed": False, "findings": [*record["findings"], found]}, {}
    return record, {path.name: path.read_bytes() for path in (*made.outputs.values(), made.manifest)}


def _record(verdict: Verdict) -> dict[str, Any]:
    report = verdict.report
    figures = [report.figure(*cell) for cells in CELLS.values() for cell in cells] if report else []
    return {
        "organ": verdict.organ,
        "level": report and report.level,
        "year": verdict.year,
        "published": report and report.published and report.published.isoformat(),
        "passed": verdict.passed,
        "message": None,
        "findings": [found.to_json() for found in verdict.findings],
        "figures": [None if figure is None else format_figure(figure) for figure in figures],
        "prose": verdict.sketch and verdict.sketch.to_json(),
    }
