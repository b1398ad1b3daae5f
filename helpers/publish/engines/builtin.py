"""The built-in engine: IPython for the cells, pandoc for HTML, DOCX and Typst, Typst for the PDF."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path

from helpers.files.writing import move_file
from helpers.publish.cells.cell_markdown import write_markdown
from helpers.publish.cells.execute import printed_date, run_cells, with_parameters
from helpers.publish.cells.kernel import Kernel, session
from helpers.publish.engines.pandoc import convert, pandoc_version
from helpers.publish.engines.typeset import load_compiler, typeset
from helpers.publish.qmd.options import FORMATS
from helpers.publish.qmd.source import Job, Task, dated, parse_parts
from helpers.publish.qmd.supported import check_options, figure_size

__all__ = ["render", "versions"]


@cache  # each time it is asked it looks through all that is installed
def versions() -> dict[str, str]:
    """Return the versions for the manifest: of ``pandoc``, ``typst``, ``ipython`` and ``python``."""
    wheels = {name: version(name) for name in ("typst", "ipython")}
    return {"pandoc": pandoc_version(), **wheels, "python": sys.version.split()[0]}


def render(job: Job, kernel: type[Kernel], in_process: bool) -> dict[str, Path]:
    """Render without Quarto: the cells run once, then all formats are made.

    ``kernel`` is what :func:`start_kernel` gave; ``in_process`` makes the formats one after the other, and not side by side. Returns
    the outputs by format. Raises PublishError for whatever is not supported or goes wrong.
    """
    document, wanted, folder = job.document, job.wanted, job.document.folder
    formats = {FORMATS[name]: options for name, options in wanted.items()}
    parts = parse_parts(document)
    check_options(folder, job.shared, formats)
    figures = figure_size(formats)
    if "pdf" in wanted:  # what comes after the cells is loaded while their kernel boots
        load_compiler(wanted["pdf"], folder)
    pandoc_version()
    with session(kernel, folder, figures, job.profile) as cells:
        parts = with_parameters(document, parts, job.parameters)
        executed = run_cells(parts, formats, cells, job.progress)
    epoch, variables = dated(printed_date(executed, job.shared))

    def make(name: str) -> Path:
        task = Task(document, FORMATS[name], wanted[name], job.profile, job.work / name)
        task.work.mkdir(parents=True)
        made = convert(task, *write_markdown(executed, task), variables)
        target = task.work / f"{document.path.stem}.{name}"
        if name == "pdf":
            typeset(made, target, document, task.options, epoch)
        else:
            move_file(made, target)
        return target

    job.progress(f"生成 {'、'.join(wanted)}")
    longest_first = sorted(wanted, key=lambda name: name != "pdf")
    with ThreadPoolExecutor(1 if in_process else min(len(wanted), os.cpu_count() or 1)) as pool:
        made = dict(zip(longest_first, pool.map(make, longest_first), strict=True))
    return {name: made[name] for name in wanted}
