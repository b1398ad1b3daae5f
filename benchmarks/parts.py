"""Where the processor time of a report goes, and what bare pandoc and Typst take for the same; run as a process of its own.

``python -m benchmarks.parts FOLDERS OUT`` prints seconds a report as JSON.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typst

from benchmarks.measure import processor_time_of_children
from helpers import checks
from helpers.publish import publish
from helpers.publish.cells.execute import run_cells
from helpers.publish.engines.resident import ask
from helpers.publish.engines.typeset import OUTSIDE_IMAGE, inline_image, typeset

WARM_UP, COUNTED = 4, 24
Spent = defaultdict[str, float]
_ENGINE = "helpers.publish.engines.builtin"
_ASK = "helpers.publish.engines.pandoc.ask"


def _timed(spent: Spent, name: str, clock: Callable[[], float], call: Callable[..., Any]) -> Any:
    def measured(*given: Any, **options: Any) -> Any:
        start = clock()
        try:
            return call(*given, **options)
        finally:
            spent[name] += clock() - start

    return measured


def _make(folders: Iterable[Path], out: Path) -> None:
    for folder in folders:
        checks.check(folder)
        parameters = {"report": str(folder)}
        publish(Path("report.qmd"), out=out, parameters=parameters, engine="pandoc", in_process=True)


def ours(folders: list[Path], out: Path) -> Spent:
    """Return the seconds of each part of our own way, in all."""
    spent = Spent(float)
    before = time.process_time() + processor_time_of_children()
    with (
        patch.object(checks, "check", _timed(spent, "check, twice", time.process_time, checks.check)),
        patch(f"{_ENGINE}.run_cells", _timed(spent, "cells", time.process_time, run_cells)),
        patch(f"{_ENGINE}.typeset", _timed(spent, "Typst", time.thread_time, typeset)),
        patch(_ASK, _timed(spent, "pandoc", processor_time_of_children, ask)),
    ):
        _make(folders, out)
    spent["cells"] -= spent["check, twice"] / 2  # one of the two runs in a cell
    spent["all else"] = time.process_time() + processor_time_of_children() - before - sum(spent.values())
    return spent


def bare(folders: list[Path], out: Path) -> Spent:
    """Return the seconds of pandoc's and Typst's calls repeated with the same content and nothing around them."""
    spent = Spent(float)
    fonts = typst.Fonts(font_paths=["assets/fonts"])
    asked = _timed(spent, "pandoc", processor_time_of_children, ask)
    compiled = _timed(spent, "Typst", time.thread_time, typst.Compiler.compile)

    def pandoc_twice(*given: Any, **options: Any) -> Any:
        asked(*given, **options)
        return ask(*given, **options)

    def typst_twice(source: Path, target: Path, folder: Path, options: Any, epoch: int | None) -> None:
        typeset(source, target, folder, options, epoch)
        code = OUTSIDE_IMAGE.sub(inline_image, source.read_text(encoding="utf-8")).encode()
        compiler = typst.Compiler(root=str(folder), font_paths=fonts)
        compiled(compiler, code, format="pdf", timestamp=epoch, pdf_standards=options.data["pdf-standard"])

    with patch(f"{_ENGINE}.typeset", typst_twice), patch(_ASK, pandoc_twice):
        _make(folders, out)
    return spent


def main() -> None:
    """Measure and print."""
    folders = sorted(Path(sys.argv[1]).iterdir())[: WARM_UP + COUNTED]
    out = Path(sys.argv[2])
    _make(folders[:WARM_UP], out)
    counted = folders[WARM_UP:]
    measured = {"ours": ours(counted, out), "bare": bare(counted, out)}
    print(
        json.dumps(
            {
                way: {part: all_of / len(counted) for part, all_of in spent.items()}
                for way, spent in measured.items()
            }
        )
    )


if __name__ == "__main__":
    main()
