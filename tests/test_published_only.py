"""What reaches people is only shown: no spreadsheet computes it, no terminal obeys it, no page loads or runs anything."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU
from hypothesis import given
from hypothesis import strategies as st

from helpers.files.spreadsheets import csv_text

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "helpers", *map(str, arguments)], cwd=ROOT, capture_output=True
    )


@given(cell=st.text(st.sampled_from("=+-@＝＋－＠\t\r 1.5甲,\"'\n"), min_size=1, max_size=6))
def test_no_cell_is_a_formula(cell: str) -> None:
    ((read,),) = csv.reader(io.StringIO(csv_text([[cell]]), newline=""))
    # A reader may take a lone carriage return for the end of a line.
    squeezed, written = "".join(read.split()), "".join(cell.split())
    number = squeezed.removeprefix("+").removeprefix("-").replace(".", "", 1).isdigit()
    assert squeezed in (written, f"'{written}")
    assert number or not squeezed.startswith(tuple("=+-@＝＋－＠"))


def test_the_portals_data_and_page(folder: Path, tmp_path: Path) -> None:
    text = (folder / "report.yml").read_text("utf-8")
    (folder / "report.yml").write_text(
        text.replace("organ: 澧县小渡口镇人民政府", 'organ: =HYPERLINK("http://x.y")'), encoding="utf-8"
    )
    assert "HYPERLINK" in (folder / "report.yml").read_text("utf-8")
    done = run("batch", folder, "--out", tmp_path / "out", "--to", "html", "--workers", "1")
    assert done.returncode == 0, done.stderr.decode()
    with (tmp_path / "out" / "reports.csv").open(encoding="utf-8-sig", newline="") as stream:
        organs = {row["organ"] for row in csv.DictReader(stream)}
    assert organs == {'\'=HYPERLINK("http://x.y")'}
    assert CSP in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_every_page_says_what_it_loads_nothing(tmp_path: Path) -> None:
    run(
        "compare",
        ROOT / "data" / "pingtan-2024",
        ROOT / "data" / "pingtan-2025",
        "--out",
        tmp_path / "c.html",
    )
    assert CSP in (tmp_path / "c.html").read_text("utf-8")
    for name in ("assets/html/layout.html", "assets/html/page.html"):
        assert CSP in (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("command", ["check", "render", "compare", "rollup", "batch"])
def test_a_terminal_obeys_nothing(command: str, folder: Path, tmp_path: Path) -> None:
    for name, old in (("disclosure.csv", "行政许可"), ("overview.md", "一")):
        path = folder / name
        path.write_text(path.read_text("utf-8-sig").replace(old, "\x1b[31m\u202e", 1), encoding="utf-8")
    renamed = folder.rename(folder.with_name("\x1b]0;x\x07"))
    options = {
        "compare": [XIAODUKOU],
        "rollup": ["--organ", "\x1b[2J", "--level", "county", "--out", tmp_path / "sum"],
        "batch": ["--out", tmp_path / "out"],
    }
    done = run(command, renamed, *options.get(command, []))
    assert done.returncode in (1, 2)
    for output in (done.stdout, done.stderr):
        assert b"\x1b" not in output
        assert "\u202e".encode() not in output
