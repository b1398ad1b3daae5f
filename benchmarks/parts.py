"""Where the processor time of a report goes, and what bare pandoc and Typst take for the same; run as a process of its own.

``python -m benchmarks.parts FOLDERS`` prints seconds a report as JSON.
"""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typst

from benchmarks.measure import processor_time, processor_time_of_children
from helpers.checks import check
from helpers.county.bundle import Packer
from helpers.county.worker import edition, make_report
from helpers.publish.cells.execute import run_cells
from helpers.publish.engines.pandoc import HEAP, executable
from helpers.publish.engines.resident import ask
from helpers.publish.engines.typeset import OUTSIDE_IMAGE, inline_image, typeset
from helpers.publish.qmd.source import Document

WARM_UP, COUNTED = 4, 24
Spent = defaultdict[str, float]
_ENGINE = "helpers.publish.engines.builtin"
_WORKER = "helpers.county.worker"
_ASK = "helpers.publish.engines.pandoc.ask"


def _timed(spent: Spent, name: str, clock: Callable[[], float], call: Callable[..., Any]) -> Any:
    def measured(*given: Any, **options: Any) -> Any:
        start = clock()
        try:
            return call(*given, **options)
        finally:
            spent[name] += clock() - start

    return measured


def _make(folders: Iterable[Path]) -> None:
    """Make reports as a worker makes them."""
    packer = Packer()
    for folder in folders:
        made = make_report(vars(packer.pack(folder.resolve())), ["html", "pdf", "docx"], edition())
        assert made["record"]["passed"], made["record"]


def ours(folders: list[Path]) -> Spent:
    """Return the seconds of each part of our own way, in all."""
    spent = Spent(float)
    with (
        patch(f"{_WORKER}.check", _timed(spent, "check", time.process_time, check)),
        patch(f"{_ENGINE}.run_cells", _timed(spent, "cells", time.process_time, run_cells)),
        patch(f"{_ENGINE}.typeset", _timed(spent, "Typst", time.thread_time, typeset)),
        patch(_ASK, _timed(spent, "pandoc", processor_time_of_children, ask)),
    ):
        _make(folders[:WARM_UP])
        spent.clear()
        before = time.process_time() + processor_time_of_children()
        _make(folders[WARM_UP:])
    spent["all else"] = time.process_time() + processor_time_of_children() - before - sum(spent.values())
    return spent


def bare(folders: list[Path]) -> Spent:
    """Return the seconds of one pandoc that stays and of Typst, which get the same content and have nothing around them."""
    spent = Spent(float)
    fonts = typst.Fonts(font_paths=["assets/fonts"])
    compiled = _timed(spent, "Typst", time.thread_time, typst.Compiler.compile)
    command = [executable(), "lua", *HEAP, "benchmarks/bare.lua"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as pandoc:
        assert pandoc.stdin is not None
        assert pandoc.stdout is not None
        asked, answers = pandoc.stdin, pandoc.stdout

        def pandoc_too(*given: Any) -> Any:
            asked.write(json.dumps(given[2]).encode() + b"\n")
            asked.flush()
            assert answers.readline() == b"done\n"
            return ask(*given)

        def typst_too(
            source: Path, target: Path, document: Document, options: Any, epoch: int | None
        ) -> None:
            typeset(source, target, document, options, epoch)
            code = OUTSIDE_IMAGE.sub(inline_image, source.read_text(encoding="utf-8")).encode()
            compiler = typst.Compiler(root=str(document.folder), font_paths=fonts)
            compiled(
                compiler, code, format="pdf", timestamp=epoch, pdf_standards=options.data["pdf-standard"]
            )

        with patch(f"{_ENGINE}.typeset", typst_too), patch(_ASK, pandoc_too):
            _make(folders[:WARM_UP])
            before = processor_time(pandoc.pid)
            spent.clear()
            _make(folders[WARM_UP:])
        spent["pandoc"] = processor_time(pandoc.pid) - before
        asked.close()
    return spent


def main() -> None:
    """Measure and print."""
    folders = sorted(Path(sys.argv[1]).iterdir())[: WARM_UP + COUNTED]
    measured = {"ours": ours(folders), "bare": bare(folders)}
    print(
        json.dumps(
            {
                way: {part: all_of / COUNTED for part, all_of in spent.items()}
                for way, spent in measured.items()
            }
        )
    )


if __name__ == "__main__":
    main()
