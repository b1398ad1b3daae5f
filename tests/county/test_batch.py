"""A batch on a real local cluster: what it makes, what it leaves alone, and what goes wrong alone."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from batch_cluster import (
    batch,
    elsewhere,
    finish,
    finished,
    noise,
    quietly,
    reports,
    same,
    start,
    states,
    until,
    workers_of,
)
from faulty_pandoc import faulty_pandoc
from published import OUTPUTS, ROOT, built_in

from helpers.checks import check
from helpers.county.worker import hand_over
from helpers.files.digests import digest_of

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

    def made(**options: object) -> set[str]:
        batch(folders, out, scheduler=address, **options)
        return {name for name, state in states(out).items() if state == "rendered"}

    everything = {folder.name for folder in folders}
    with elsewhere(tmp_path) as (address, _):  # its worker stays warm from run to run
        assert made() == everything
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
        (out / other.name / "manifest.json").unlink()
        assert made() == {last.name, other.name}
        alone = quietly(last, tmp_path / "alone") / "report.html"
        assert (out / last.name / "report.html").read_bytes() == alone.read_bytes()
        assert made(FRESH="1") == everything
        assert made(to="html,docx") == everything


def test_a_bad_folder_fails_alone_with_its_findings(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
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
    same(out, ["good-1", "good-2"], alone)


def test_reports_of_a_killed_worker_go_to_another(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    process = start(folders, out, to="html,pdf,docx")
    until(lambda: finished(out))
    workers_of(process)[0].send_signal(signal.SIGKILL)
    finish(process)
    same(out, [folder.name for folder in folders], alone, "html", "pdf", "docx")


def test_what_an_earlier_run_made_stays_and_is_not_passed_off_as_new(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    folder, other = copies("one", "other")
    out = tmp_path / "out"
    batch([folder, other], out, workers=1)
    table = folder / "disclosure.csv"
    good = table.read_bytes()
    table.unlink()
    said = batch([folder, other], out, code=1, workers=1)
    assert "one 失败" in said
    assert "输出文件夹里还是以前生成的" in said
    same(out, ["one", "other"], alone)
    entry = reports(out)["one"]
    assert (entry["state"], entry["outputs"]) == ("failed", [])
    assert entry["older"] == ["one/manifest.json", "one/report.html"]
    assert reports(out)["other"]["older"] == []
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "other/report.html" in page
    assert "one/report.html" not in page
    assert "one," not in (out / "reports.csv").read_text(encoding="utf-8-sig")
    table.write_bytes(good)
    batch([folder, other], out)
    assert states(out) == {"one": "unchanged", "other": "unchanged"}, "it is current again"


def test_open_notes_of_reviewers_are_counted(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    folders = copies("noted", "closed", "none")
    note = "- {at: disclosure.licensing, seen: '403', who: 王某, when: 2025-01-08, text: 与台账核对, state: %s}\n"
    (folders[0] / "review.yml").write_text("notes:\n" + 2 * (note % "open"), encoding="utf-8")
    (folders[1] / "review.yml").write_text("notes:\n" + note % "closed", encoding="utf-8")
    out = tmp_path / "out"
    assert "还有 2 条批注没有处理" in batch(folders, out, workers=1)
    assert json.loads((out / "batch.json").read_text(encoding="utf-8"))["open_notes"] == 2
    counted = {name: one["open_notes"] for name, one in reports(out).items()}
    assert counted == {"noted": 2, "closed": 0, "none": 0}
    (folders[0] / "review.yml").unlink()
    assert "批注" not in batch(folders, out, workers=1)


def test_prose_that_another_unit_has_too_is_told(tmp_path: Path) -> None:
    for name, organ in (("one", "小渡口"), ("two", "官垸")):
        folder = Path(shutil.copytree(ROOT / "data" / "xiaodukou-2024", tmp_path / name))
        settings = (folder / "report.yml").read_text(encoding="utf-8")
        (folder / "report.yml").write_text(settings.replace("小渡口", organ), encoding="utf-8")
        figures = (folder / "disclosure.csv").read_text(encoding="utf-8-sig")
        # An error keeps the run short: nothing is rendered.
        (folder / "disclosure.csv").write_text(figures.replace("403", "四百"), encoding="utf-8")
    batch([tmp_path / "one", tmp_path / "two"], tmp_path / "out", code=1)
    one, two = reports(tmp_path / "out").values()
    assert "W-COPIED" not in {found["rule"] for found in one["findings"]}
    (found,) = (found for found in two["findings"] if found["rule"] == "W-COPIED")
    assert "“官垸镇”的“一、总体情况”有 100% 的内容与“小渡口镇”的相同" in found["message"]


def test_pictures_travel_and_the_outputs_can_be_verified(
    tmp_path: Path, copies: Callable[..., list[Path]]
) -> None:
    (folder,) = copies("pictured")
    (folder / "照片").mkdir()
    noise(folder / "map.png", 60_000)
    noise(folder / "照片" / "大厅.png", 90_000)
    (folder / ".DS_Store").write_bytes(b"left behind")
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write("\n![地图](map.png)\n\n![大厅](照片/大厅.png)\n")
    out, single = tmp_path / "out", tmp_path / "single"
    subprocess.run(built_in(folder, single), cwd=ROOT, check=True, capture_output=True)
    batch([folder], out, to="html,pdf,docx")
    for name in OUTPUTS:
        assert (out / "pictured" / name).read_bytes() == (single / name).read_bytes(), name
    made, alone = (
        json.loads((place / "manifest.json").read_text("utf-8")) for place in (out / "pictured", single)
    )
    alone["outputs"] = [
        one for one in alone["outputs"] if one["format"] != "body"
    ]  # a batch's pages are not pasted
    assert made == alone

    def verified() -> int:
        command = [sys.executable, "-m", "helpers", "verify", str(out / "pictured"), "--inputs", str(folder)]
        return subprocess.run(command, cwd=ROOT, capture_output=True).returncode

    assert verified() == 0
    noise(folder / "照片" / "大厅.png", 80_000)
    assert verified() == 1


def test_a_picture_from_elsewhere_is_refused_as_in_a_single_run(
    tmp_path: Path, copies: Callable[..., list[Path]]
) -> None:
    (folder,) = copies("linked")
    noise(tmp_path / "elsewhere.png", 60_000)
    (folder / "photo.png").symlink_to(tmp_path / "elsewhere.png")
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write("\n![照片](photo.png)\n")
    assert "photo.png" in batch([folder], tmp_path / "out", code=1)
    assert not check(folder).passed


def test_a_killed_run_goes_on_where_it_stopped(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    process = start(folders, out)
    until(lambda: len(finished(out)) >= 2)
    process.kill()
    process.communicate()
    done = finished(out)
    assert len(done) < len(folders)
    same(out, done, alone)
    batch(folders, out)
    assert {name for name, state in states(out).items() if state == "unchanged"} >= set(done)
    same(out, [folder.name for folder in folders], alone)
    assert not (out / ".staging").exists()


@pytest.mark.parametrize("moment", ["it begins", "workers start", "reports are made", "it sums up"])
def test_an_interrupt_ends_it_cleanly(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes], moment: str
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    process = start(folders, out)
    moments: dict[str, Callable[[], object]] = {
        "it begins": lambda: (out / ".staging").exists(),
        "workers start": lambda: workers_of(process),
        "reports are made": lambda: finished(out),
        "it sums up": lambda: len(finished(out)) == len(folders),
    }
    until(moments[moment])
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    said = finish(process, code=1)
    assert "已中断；已经做好的报告都在" in said
    assert "Traceback" not in said
    until(lambda: not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE])
    assert not (out / ".staging").exists()
    same(out, finished(out), alone)


def test_a_folder_that_kills_its_worker_fails_alone(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    folders = copies("good-1", "poison", "good-2", "good-3")
    preload = tmp_path / "trap.py"
    preload.write_text(_PRELOAD, encoding="utf-8")
    out = tmp_path / "out"
    said = batch(folders, out, code=1, DASK_DISTRIBUTED__WORKER__PRELOAD=str(preload))
    assert "意外退出" in said
    assert finished(out) == ["good-1", "good-2", "good-3"]
    same(out, finished(out), alone)


def test_a_pandoc_that_fails_fails_one_report_and_no_other(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    folders = copies("good-1", "dies", "good-2", "babbles", "good-3")
    for folder in (folders[1], folders[3]):
        with (folder / "overview.md").open("a", encoding="utf-8") as stream:
            stream.write(f"\nPANDOC-{folder.name.upper()}。\n")
    out = tmp_path / "out"
    said = batch(folders, out, code=1, workers=1, PYPANDOC_PANDOC=str(faulty_pandoc(tmp_path)))
    assert "dies 失败：pandoc 没有完成：意外退出" in said
    assert "babbles 失败：pandoc 没有完成：看不懂它的回答" in said
    assert finished(out) == ["good-1", "good-2", "good-3"]
    same(out, finished(out), alone)
    batch(folders, out)
    assert {name for name, state in states(out).items() if state == "rendered"} == {"dies", "babbles"}


def test_a_full_disk_is_a_clear_error_and_the_run_can_go_on(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes], program: Callable[[str], str]
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
    same(out, done, alone)
    assert not (out / "batch.json").exists()
    batch(folders, out)
    same(out, [folder.name for folder in folders], alone)
    assert {name for name, state in states(out).items() if state == "unchanged"} == set(done)


def test_a_worker_without_room_fails_what_is_too_large_and_nothing_else(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes], program: Callable[[str], str]
) -> None:
    folders = copies("good-1", "large", "good-2", "good-3")
    noise(folders[1] / "scan.png", 9_000_000)
    small, out = tmp_path / "small", tmp_path / "out"
    small.mkdir()
    script = f'mount -t tmpfs -o size=8m tmpfs {small} || exit 77; export TMPDIR={small}; "$@"'
    prefix = (program("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh")
    said = finish(start(folders, out, prefix=prefix), code=1)
    assert "Traceback" not in said
    assert "large 失败：工作进程写不了临时文件（No space left on device）；请在那台机器上腾出地方" in said
    assert finished(out) == ["good-1", "good-2", "good-3"]
    assert not (out / "large").exists()
    same(out, finished(out), alone)
    batch(folders, out)
    assert states(out)["large"] == "rendered"
    same(out, [folder.name for folder in folders], alone)


def test_a_second_run_into_the_same_place_is_refused_and_harms_nothing(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    folders = copies(*(f"report-{number}" for number in range(8)))
    out = tmp_path / "out"
    first = start(folders, out)
    until(lambda: finished(out))
    psutil.Process(first.pid).suspend()
    before = finished(out)
    said = batch(folders[:1], out, code=1)
    assert "正由另一次 batch 写入" in said
    assert f"进程 {first.pid}" in said
    assert finished(out) == before
    psutil.Process(first.pid).resume()
    finish(first)
    assert set(states(out)) == {folder.name for folder in folders}
    same(out, [folder.name for folder in folders], alone)


# Clusters of others ---------------------------------------------------------------------------------------------------


def test_another_cluster_makes_the_same(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    folders = copies("one", "two", "three")
    with elsewhere(tmp_path) as (address, _):
        batch(folders, tmp_path / "out", scheduler=address)
    same(tmp_path / "out", ["one", "two", "three"], alone)


def test_workers_that_do_not_see_the_place_of_a_run_send_what_they_made(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes], program: Callable[[str], str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    script = f'mount -t tmpfs tmpfs {out} || exit 77; exec "$@"'
    prefix = (program("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh")
    with elsewhere(tmp_path, prefix=prefix) as (address, _):
        batch(copies("one", "two"), out, scheduler=address)
    same(out, ["one", "two"], alone)


def test_workers_that_see_it_write_there(tmp_path: Path) -> None:
    files = {"report.html": b"<p>", "manifest.json": b"{}"}
    handed = hand_over(files, str(tmp_path))
    assert set(handed) == {"delivered"}
    new = tmp_path / handed["delivered"]["name"]
    assert {path.name: path.read_bytes() for path in new.iterdir()} == files
    assert handed["delivered"]["sha256"] == {name: digest_of([data]) for name, data in files.items()}
    for elsewhere_ in ("", str(tmp_path / "none"), str(new / "report.html")):
        assert hand_over(files, elsewhere_) == {"files": files}
    assert hand_over({}, str(tmp_path)) == {"files": {}}


def test_a_lost_scheduler_is_a_clear_error_and_the_run_can_go_on(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
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
    same(out, [folder.name for folder in folders], alone)


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
    # Stands before the project that is installed for whoever runs the tests.
    (place / "helpers.py").write_text("raise ModuleNotFoundError('helpers')", encoding="utf-8")
    with elsewhere(tmp_path, cwd=place) as (address, _):
        said = batch(copies("one"), tmp_path / "out", code=1, scheduler=address)
    assert "没有本项目" in said


# What is refused ------------------------------------------------------------------------------------------------------


def test_folders_of_one_name_are_refused(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    folders = copies("a/one", "b/one")
    assert "都叫“one”" in batch(folders, tmp_path / "out", code=1)
    assert "同一个给了几次" in batch([folders[0], folders[0]], tmp_path / "out", code=1)


def test_a_hidden_folder_is_refused(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    said = batch(copies(".staging"), tmp_path / "out", code=1)
    assert "以点开头" in said
    assert not (tmp_path / "out").exists()


def test_what_is_no_folder_fails_alone(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    (good,) = copies("甲 乡")
    file = good / "report.yml"
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nothing")
    linked = tmp_path / "link"
    linked.symlink_to(good)
    out = tmp_path / "out"
    said = batch([linked, file, dangling], out, code=1, workers=1)
    assert states(out) == {"甲 乡": "rendered", "report.yml": "failed", "nothing": "failed"}
    assert f"找不到报告文件夹 {file}" in said
    assert all(
        [one["rule"] for one in reports(out)[name]["findings"]] == ["LOAD"]
        for name in ("report.yml", "nothing")
    )
    same(out, ["甲 乡"], alone)


def test_a_place_that_cannot_be_written(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        said = batch(copies(out.name), out, code=1)
        assert f"不能写入 {out}" in said
        assert "Traceback" not in said


def test_more_workers_than_the_machine_bears(
    tmp_path: Path, copies: Callable[..., list[Path]], alone: dict[str, bytes]
) -> None:
    (folder,) = copies("one")
    batch([folder], tmp_path / "out", workers=1000)
    same(tmp_path / "out", ["one"], alone)
    many = [tmp_path / f"nowhere-{number}" for number in range(1000)]
    said = batch([folder, *many], tmp_path / "out", code=1, workers=1000)
    assert "会把内存用尽" in said


def test_outputs_never_replace_a_clerks_folder(tmp_path: Path, copies: Callable[..., list[Path]]) -> None:
    folders = copies("one")
    before = {path.name: path.read_bytes() for path in folders[0].iterdir()}
    assert "会覆盖填报的数据" in batch(folders, folders[0].parent, code=1)
    other = tmp_path / "out" / "one"
    shutil.copytree(folders[0], other)
    assert "没有覆盖" in batch(folders, tmp_path / "out", code=1)
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before
    assert {path.name: path.read_bytes() for path in folders[0].iterdir()} == before
