"""Memory of the driver and the scheduler does not grow with the number of reports."""

import json
import os
import resource
import shutil
import sys
from pathlib import Path

import pytest
from batch_cluster import elsewhere, finish, noise, quietly, start
from published import XIAODUKOU

REPORTS = 500
GOOD_EVERY = 20
LIMIT = 400_000_000
"""Bytes of data a process may have. The driver takes 250 MB, the parcels together 700 MB, the outputs 250 MB."""

# What a process reserves should not depend on the machine's number of cores.
FRUGAL = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of another process")
def test_500_folders_under_a_limit_that_holds_neither_all_parcels_nor_all_outputs(tmp_path: Path) -> None:
    noise(tmp_path / "large.png", 10_000_000)
    noise(tmp_path / "small.png", 1_000_000)
    folders = [varied(tmp_path, number) for number in range(REPORTS)]
    good = {folder.name for folder in folders[::GOOD_EVERY]}
    with elsewhere(tmp_path, workers=2) as (address, (scheduler, *_)):
        process = start(folders, tmp_path / "out", scheduler=address, to="docx", **FRUGAL)
        for limited in (scheduler.pid, process.pid):
            resource.prlimit(limited, resource.RLIMIT_DATA, (LIMIT, LIMIT))
        finish(process, code=1)
    summary = json.loads((tmp_path / "out" / "batch.json").read_text(encoding="utf-8"))
    assert summary["counts"] == {"rendered": len(good), "unchanged": 0, "failed": REPORTS - len(good)}
    assert {one["report"] for one in summary["reports"] if one["state"] == "rendered"} == good
    for folder in (folders[0], folders[-GOOD_EVERY]):
        alone = quietly(folder, tmp_path / "alone" / folder.name, ("docx",))
        made = tmp_path / "out" / folder.name / "report.docx"
        assert made.read_bytes() == (alone / "report.docx").read_bytes()


def varied(place: Path, number: int) -> Path:
    """Make a report: every twentieth is good and large, the others lack a table."""
    folder = Path(shutil.copytree(XIAODUKOU, place / "reports" / f"report-{number:03}"))
    good = number % GOOD_EVERY == 0
    os.link(place / ("large.png" if good else "small.png"), folder / "photo.png")
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write(f"\n第 {'一二三四五'[number % 5]}幅照片：\n\n![办公室的照片](photo.png)\n")
    if not good:
        (folder / ("applications.csv", "disclosure.csv", "proceedings.csv")[number % 3]).unlink()
    return folder
