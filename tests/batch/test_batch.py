"""A batch on a real local cluster: what it makes, what it leaves alone, and what goes wrong alone."""

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from batch_cluster import batch, elsewhere, finish, finished, start, until, workers_of
from published import OUTPUTS, ROOT, XIAODUKOU

from helpers.publish import publish

EXAMPLES = sorted(path.parent for path in (ROOT / "data").glob("*/report.yml"))

_PRELOAD = """
import os, signal
from distributed.diagnostics.plugin import WorkerPlugin

class Trap(WorkerPlugin):
    def transition(self, key, start, finish, **kwargs):
        if "poison" in str(key) and finish == "executing":
            os.kill(os.getpid(), signal.SIGKILL)

async def dask_setup(worker):
    await worker.plugin_add(plugin=Trap(), name="trap")
"""


def quietly(folder: Path, out: Path, to: tuple[str, ...] = ("html",)) -> Path:
    """Render one folder in this process."""
    publish(ROOT / "report.qmd", to=to, out=out, parameters={"report": str(folder)}, engine="pandoc")
    return out


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The page of the example, rendered alone."""
    return (quietly(XIAODUKOU, tmp_path_factory.mktemp("alone")) / "report.html").read_bytes()


@pytest.fixture
def copies(tmp_path: Path) -> Callable[..., list[Path]]:
    """Make copies of the example under the names given."""

    def make(*names: str) -> list[Path]:
        return [Path(shutil.copytree(XIAODUKOU, tmp_path / "reports" / name)) for name in names]

    return make


def reports(out: Path) -> dict[str, dict]:  # type: ignore[type-arg]
    """Entries of batch.json by name."""
    return {one["report"]: one for one in json.loads((out / "batch.json").read_text())["reports"]}


def states(out: Path) -> dict[str, str]:
    return {name: one["state"] for name, one in reports(out).items()}


def same(out: Path, names: list[str], page: bytes) -> None:
    for name in names:
        assert (out / name / "report.html").read_bytes() == page, name


def test_outputs_are_those_of_a_quiet_single_run(tmp_path: Path) -> None:
    batch(EXAMPLES, tmp_path / "out", to="html,pdf,docx")
    assert states(tmp_path / "out") == {folder.name: "rendered" for folder in EXAMPLES}
    for folder in EXAMPLES:
        alone = quietly(folder, tmp_path / "alone" / folder.name, ("html", "pdf", "docx"))
        for name in OUTPUTS:
            assert (alone / name).read_bytes() == (tmp_path / "out" / folder.name / name).read_bytes(), (
                folder.name
            )


def test_only_what_changed_is_made_again(tmp_path: Path) -> None:
    for folder in EXAMPLES:
        shutil.copytree(folder, tmp_path / "reports" / folder.name)
    folders = [tmp_path / "reports" / name for name in ("pingtan-2023", "pingtan-2024", "xiaodukou-2024")]
    last, this, other = folders
    out = tmp_path / "out"

    def made() -> set[str]:
        batch(folders, out)
        return {name for name, state in states(out).items() if state == "rendered"}

    assert made() == {folder.name for folder in folders}
    before = {
        path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != "batch.json"
    }
    assert made() == set()
    assert before == {path: path.read_bytes() for path in before}
    (other / "lead.md").write_text("本报告由小肚口编制。\n", encoding="utf-8")
    assert made() == {other.name}
    with (last / "problems.md").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert made() == {last.name, this.name}, "this year's report is held against last year's"
    (out / this.name / "report.html").write_text("changed by hand", encoding="utf-8")
    assert made() == {this.name}
    (out / last.name / "record.json").write_text("{", encoding="utf-8")
    assert made() == {last.name}
    batch(folders, out, FRESH="1")
    assert set(states(out).values()) == {"rendered"}
    batch(folders, out, to="html,docx")
    assert set(states(out).values()) == {"rendered"}


def test_a_bad_folder_fails_alone_with_its_findings(
    tmp_path: Path, copies: Callable[..., list[Path]], page: bytes
) -> None:
    folders = copies("good-1", "no-settings", "wrong-sum", "good-2")
    (folders[1] / "report.yml").unlink()
    table = folders[2] / "proceedings.csv"
    table.write_text(table.read_text("utf-8-sig").replace("行政复议,0", "行政复议,7"), "utf-8-sig")
    out = tmp_path / "out"
    said = batch([*folders, tmp_path / "nowhere"], out, code=1)
    assert "失败 3" in said
    entries = reports(out)
    assert {name: one["state"] for name, one in entries.items()} == {
        "good-1": "rendered",
        "no-settings": "failed",
        "wrong-sum": "failed",
        "good-2": "rendered",
        "nowhere": "failed",
    }
    assert [found["rule"] for found in entries["no-settings"]["findings"]] == ["LOAD"]
    assert "C-SUM" in [found["rule"] for found in entries["wrong-sum"]["findings"]]
    assert [found["rule"] for found in entries["nowhere"]["findings"]] == ["LOAD"]
    assert finished(out) == ["good-1", "good-2"]
    assert not (out / "wrong-sum").exists()
    same(out, ["good-1", "good-2"], page)


def test_reports_of_a_killed_worker_go_to_another(
    tmp_path: Path, copies: Callable[..., list[Path]], page: bytes
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    process = start(folders, out)
    until(lambda: finished(out))
    workers_of(process)[0].send_signal(signal.SIGKILL)
    finish(process)
    same(out, [folder.name for folder in folders], page)


def test_a_killed_run_goes_on_where_it_stopped(
    tmp_path: Path, copies: Callable[..., list[Path]], page: bytes
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    process = start(folders, out)
    until(lambda: len(finished(out)) >= 2)
    process.kill()
    process.communicate()
    done = finished(out)
    assert len(done) < len(folders)
    same(out, done, page)
    batch(folders, out)
    assert {name for name, state in states(out).items() if state == "unchanged"} >= set(done)
    same(out, [folder.name for folder in folders], page)
    assert not (out / ".staging").exists()


def test_an_interrupt_ends_it_cleanly(tmp_path: Path, copies: Callable[..., list[Path]], page: bytes) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    process = start(folders, out)
    until(lambda: finished(out))
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    finish(process, code=None)
    assert process.returncode != 0
    until(lambda: not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE])
    assert not (out / ".staging").exists()
    same(out, finished(out), page)


def test_a_folder_that_kills_its_worker_fails_alone(
    tmp_path: Path, copies: Callable[..., list[Path]], page: bytes
) -> None:
    folders = copies("good-1", "poison", "good-2", "good-3")
    preload = tmp_path / "trap.py"
    preload.write_text(_PRELOAD, encoding="utf-8")
    out = tmp_path / "out"
    said = batch(folders, out, code=1, DASK_DISTRIBUTED__WORKER__PRELOAD=str(preload))
    assert "意外退出" in said
    assert finished(out) == ["good-1", "good-2", "good-3"]
    same(out, finished(out), page)


def test_a_full_disk_is_a_clear_error_and_the_run_can_go_on(
    tmp_path: Path, copies: Callable[..., list[Path]], page: bytes, program: Callable[[str], str]
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    script = f'mount -t tmpfs -o size=500k tmpfs {small} || exit 77; "$@"; code=$?; cp -r {small} {kept}; exit $code'
    prefix = (program("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh")
    process = start(folders, small / "out", prefix=prefix)
    said = finish(process, code=1)
    assert "不能写入" in said
    assert "No space left" in said
    assert "Traceback" not in said
    out = kept / "out"
    done = finished(out)
    assert 0 < len(done) < len(folders)
    same(out, done, page)
    assert not (out / "batch.json").exists()
    batch(folders, out)
    same(out, [folder.name for folder in folders], page)
    assert {name for name, state in states(out).items() if state == "unchanged"} == set(done)


# Clusters of others ---------------------------------------------------------------------------------------------------


def test_another_cluster_makes_the_same(
    tmp_path: Path, copies: Callable[..., list[Path]], page: bytes
) -> None:
    folders = copies("one", "two", "three")
    with elsewhere(tmp_path) as (address, _):
        batch(folders, tmp_path / "out", scheduler=address)
    same(tmp_path / "out", ["one", "two", "three"], page)


def test_a_lost_scheduler_is_a_clear_error_and_the_run_can_go_on(
    tmp_path: Path, copies: Callable[..., list[Path]], page: bytes
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    with elsewhere(tmp_path) as (address, (scheduler, *_)):
        process = start(folders, out, scheduler=address)
        until(lambda: finished(out))
        scheduler.kill()
        said = finish(process, code=1)
    assert "与调度器的联系断了" in said
    assert "Traceback" not in said
    batch(folders, out)
    same(out, [folder.name for folder in folders], page)


def test_a_scheduler_that_cannot_be_reached(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    said = batch(copies("one"), tmp_path / "out", code=1, scheduler="tcp://127.0.0.1:9")
    assert "连不上调度器 tcp://127.0.0.1:9" in said
    assert "Traceback" not in said


def test_a_worker_with_another_edition_of_the_project(
    tmp_path: Path, copies: Callable[..., list[Path]]
) -> None:
    project = tmp_path / "project"
    for name in ("helpers", "assets", "data/form"):
        shutil.copytree(ROOT / name, project / name)
    for name in ("report.qmd", "_quarto.yml"):
        shutil.copy(ROOT / name, project)
    with (project / "report.qmd").open("a", encoding="utf-8") as stream:
        stream.write("\nAnother edition.\n")
    with elsewhere(tmp_path, cwd=project) as (address, _):
        said = batch(copies("one"), tmp_path / "out", code=1, scheduler=address)
    assert "另一版本" in said
    assert not finished(tmp_path / "out")


def test_a_worker_without_the_project(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    with elsewhere(tmp_path, cwd=place) as (address, _):
        said = batch(copies("one"), tmp_path / "out", code=1, scheduler=address)
    assert "没有本项目" in said


# What is refused ------------------------------------------------------------------------------------------------------


def test_folders_of_one_name_are_refused(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    said = batch([*copies("a/one", "b/one")], tmp_path / "out", code=1)
    assert "都叫“one”" in said


def test_outputs_never_replace_a_clerks_folder(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    folders = copies("one")
    before = {path.name: path.read_bytes() for path in folders[0].iterdir()}
    assert "会覆盖填报的数据" in batch(folders, folders[0].parent, code=1)
    other = tmp_path / "out" / "one"
    shutil.copytree(folders[0], other)
    assert "没有覆盖" in batch(folders, tmp_path / "out", code=1)
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before
    assert {path.name: path.read_bytes() for path in folders[0].iterdir()} == before
