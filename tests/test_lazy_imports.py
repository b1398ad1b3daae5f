"""What takes long to load is loaded by whoever uses it, and by nobody else."""

import json
import subprocess
import sys

import pytest
from conftest import ROOT, XIAODUKOU
from test_house_rules import MODULES

HEAVY = {
    *("IPython", "PIL", "dask", "distributed", "docx", "great_tables", "ipykernel", "jupyter_client", "lxml"),
    *(
        "matplotlib",
        "nbformat",
        "numpy",
        "openpyxl",
        "pandas",
        "pdfplumber",
        "pikepdf",
        "pyarrow",
        "pypandoc",
    ),
    *("typst", "zmq"),
}

ROOMS = tuple(
    f"helpers.{room}."
    for room in ["checks", "cli", "document", "files", "finishing", "publish", "report", "review"]
)
"""Rooms of which check, a render and the preview load a part; the others are loaded by the command whose work they do."""

# Files that are run in a process, or loaded by one, that goes on to use what they import.
USERS = {
    "helpers.publish.cells.shell": "IPython",
    "helpers.publish.engines.rasterize": "typst",
    "helpers.finishing.paste_body": "lxml",
}

_COMMAND = """
import runpy, sys
sys.argv = ["helpers", *sys.argv[1:]]
try:
    runpy.run_module("helpers", run_name="__main__", alter_sys=True)
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.__stderr__)
"""

_MODULES = """
import importlib, json, sys
heavy, found = set(json.loads(sys.argv[1])), {}
for module in json.loads(sys.argv[2]):
    importlib.import_module(module)
    if loaded := heavy & {name.partition(".")[0] for name in sys.modules}:
        heavy -= loaded
        found[module] = sorted(loaded)
print(json.dumps(found))
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--version",),
        ("completion", "bash"),
        ("check", "--help"),
        ("check", str(XIAODUKOU)),
        ("check", "--json", str(XIAODUKOU)),
        ("compare", str(XIAODUKOU), str(XIAODUKOU)),
    ],
    ids=" ".join,
)
def test_a_command_loads_nothing_that_it_does_not_use(words: tuple[str, ...]) -> None:
    done = python(_COMMAND, *words)
    loaded = set(done.stderr.split("\n")[-2].split())
    assert "click" in loaded
    assert not loaded & HEAVY


def test_no_file_loads_it_for_those_who_import_it() -> None:
    light = sorted(
        module
        for module in MODULES
        if module.startswith(ROOMS) and module not in USERS and not module.endswith("__main__")
    )
    done = python(_MODULES, json.dumps(sorted(HEAVY)), json.dumps(light))
    assert json.loads(done.stdout) == {}, done.stderr


_PARTS = """
import sys
from helpers.document.tables import layouts
layouts()
from helpers.review import open_report
report = open_report(sys.argv[1])
for name in ("lead", "overview", "problems", "other"):
    report.prose(name)
for name in layouts():
    report.table(name)
report.header(), report.summary(), report.appendix()
print(*{name.partition(".")[0] for name in sys.modules})
"""


def test_a_report_whose_tables_are_laid_out_loads_no_library_of_tables() -> None:
    python(_PARTS, str(XIAODUKOU))  # lays them out, where nobody has yet
    loaded = set(python(_PARTS, str(XIAODUKOU)).stdout.split())
    assert "helpers" in loaded
    assert not loaded & {"pandas", "great_tables", "matplotlib"}
