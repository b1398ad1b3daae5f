"""The built-in engine: IPython for the cells, pandoc for HTML, DOCX and Typst, Typst for the PDF."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from helpers.files.writing import move_file
from helpers.publish.cells.cell_markdown import write_markdown
from helpers.publish.cells.execute import Executed, metadata_blocks, run_cells, with_parameters
from helpers.publish.cells.kernel import Kernel, session
from helpers.publish.engines.pandoc import convert, pandoc_version
from helpers.publish.engines.typeset import load_compiler, typeset
from helpers.publish.qmd.errors import PublishError
from helpers.publish.qmd.options import FORMATS, Options, as_list, parse_yaml
from helpers.publish.qmd.source import Document, Task, parse_parts
from helpers.publish.qmd.supported import check_options, figure_size

__all__ = ["render", "versions"]


def versions() -> dict[str, str]:
    """Return the versions for the manifest: of ``pandoc``, ``typst``, ``ipython`` and ``python``."""
    wheels = {name: version(name) for name in ("typst", "ipython")}
    return {"pandoc": pandoc_version(), **wheels, "python": sys.version.split()[0]}


def render(
    document: Document,
    shared: Options,
    wanted: Mapping[str, Options],
    parameters: Mapping[str, Any],
    profile: str | None,
    work: Path,
    environment: Callable[[Any], tuple[int | None, dict[str, str]]],
    kernel: type[Kernel],
    in_process: bool,
    progress: Callable[[str], None],
) -> dict[str, Path]:
    """Render without Quarto: the cells run once, then all formats are made.

    ``shared`` holds the options for all formats, ``wanted`` those of each that is asked for (``html``, ``pdf``, ``docx``);
    ``parameters`` are for the cell tagged so. ``environment`` gives, for the document's date, the moment that dates the files and the
    environment of the tools. ``kernel`` is what :func:`start_kernel` gave; ``in_process`` makes the formats one after the other, and
    not side by side. Returns the outputs by format in ``work``, to be made. Raises PublishError for whatever is not supported or goes
    wrong.
    """
    formats = {FORMATS[name]: options for name, options in wanted.items()}
    citations = any(options.data.get("bibliography") for options in formats.values())
    parts = parse_parts(document, citations=citations)
    check_options(document.folder, shared, formats, _uses(document, formats))
    figures = figure_size(formats)
    if "pdf" in wanted:  # what comes after the cells is loaded while their kernel boots
        load_compiler(wanted["pdf"], document.folder)
    pandoc_version()
    with session(kernel, document.folder, figures, profile) as cells:
        parts = with_parameters(document, parts, parameters)
        executed = run_cells(parts, formats, cells, progress)
    epoch, variables = environment(_date(executed, shared))

    def make(name: str) -> Path:
        task = Task(document, FORMATS[name], wanted[name], profile, work / name)
        task.work.mkdir(parents=True)
        made = convert(task, *write_markdown(executed, task), variables)
        target = task.work / f"{document.path.stem}.{name}"
        if name == "pdf":
            typeset(made, target, document, task.options, epoch)
        else:
            move_file(made, target)
        return target

    progress(f"生成 {'、'.join(wanted)}")
    longest_first = sorted(wanted, key=lambda name: name != "pdf")
    with ThreadPoolExecutor(1 if in_process else min(len(wanted), os.cpu_count() or 1)) as pool:
        made = dict(zip(longest_first, pool.map(make, longest_first), strict=True))
    return {name: made[name] for name in wanted}


def _uses(document: Document, formats: Mapping[str, Options]) -> Callable[[str], bool]:
    """Tell the document's own metadata from slips: its text, its templates or its filters use them."""
    texts = [*document.lines[document.start :], *chain(*document.included.values())]
    for options in formats.values():
        for name in ("template", "template-partials", "filters"):
            for item in as_list(options.data.get(name)):
                # Whether it is there is asked elsewhere.
                with contextlib.suppress(OSError, UnicodeDecodeError):
                    texts.append((document.folder / str(item)).read_text(encoding="utf-8"))
    text = "\n".join(texts)
    return lambda name: re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _date(executed: Executed, options: Options) -> Any:
    """Return the document's date: what a cell printed last, else what the header says."""
    date = options.data.get("date")
    for block in metadata_blocks(executed, options):
        if "date:" not in block:
            continue  # a long one takes longer to read than all cells to run
        with contextlib.suppress(PublishError):  # pandoc will say what is wrong with it
            date = parse_yaml(block, Path("YAML")).data.get("date", date)
    return date
