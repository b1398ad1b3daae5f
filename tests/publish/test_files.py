"""Outputs: whole or not at all, the same every time, and a manifest that is true."""

import hashlib
import json
import os
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from helpers.publish import PublishError, publish

DATED = "---\ntitle: 题目\nlang: zh-CN\ndate: 2025-01-20\n---\n\n"


def hashes(made):
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in made.publication.outputs.items()
    }


def record(made):
    return json.loads(made.publication.manifest.read_text(encoding="utf-8"))


def test_names_and_nothing_else(make, tmp_path, folder):
    made = make("甲\n")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "manifest.json",
        "文档.docx",
        "文档.html",
        "文档.pdf",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["p.svg", "文档.qmd"]
    assert list(made.publication.outputs) == ["html", "pdf", "docx"]
    assert made.publication.engine == "pandoc"


def test_relative_out(write, monkeypatch):
    document = write("甲\n")
    monkeypatch.chdir(document.parent)
    made = publish(Path("文档.qmd"), out=Path("出"), engine="pandoc", to=["html"])
    assert made.outputs["html"].read_text(encoding="utf-8")


def test_failure_leaves_what_stood(make, cell, tmp_path):
    made = make("甲\n")
    before = hashes(made)
    manifest = made.publication.manifest.read_bytes()
    for body in ("![x](没有.png)\n", cell("1/0"), "```{=typst}\n#foo\n```\n"):
        with pytest.raises(PublishError):
            make(body)
        assert hashes(made) == before
        assert made.publication.manifest.read_bytes() == manifest
        assert len(list((tmp_path / "out").iterdir())) == 4


def test_failure_makes_no_folder(make, tmp_path):
    with pytest.raises(PublishError):
        make("@fig-x\n", out="a/b/c")
    assert not (tmp_path / "a").exists()


def test_what_a_killed_run_left_is_cleared_after_a_day(make, tmp_path):
    old, new = tmp_path / "out" / ".publish-old", tmp_path / "out" / ".publish-new"
    for left in (old, new):
        left.mkdir(parents=True)
        (left / "a").write_text("")
    os.utime(old, (1, 1))
    make("甲\n", to=["html"])
    assert not old.exists()
    assert new.exists()


def test_out_that_cannot_be_written(make, cell, tmp_path):
    (tmp_path / "out").write_text("不是文件夹")
    body = cell("open('ran', 'w');")
    with pytest.raises(PublishError, match="不能写入输出文件夹"):
        make(body)
    assert not (tmp_path / "项目" / "ran").exists()


def test_out_below_a_file(make, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishError, match="不能写入输出文件夹"):
        make("甲\n", out="file/out")


def test_target_that_is_a_folder(make, tmp_path):
    (tmp_path / "out" / "文档.html").mkdir(parents=True)
    with pytest.raises(PublishError, match=r"文档\.html"):
        make("甲\n")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["文档.html"]


def test_same_bytes_another_day_in_another_folder(make, cell, tmp_path, folder, monkeypatch):
    body = cell(
        "import matplotlib.pyplot as plt\nplt.rcParams['svg.hashsalt'] = 'x'\nplt.plot([1, 2]);",
        label="fig-a",
        fig_cap="甲",
    )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    first = make(body, header=DATED)
    folder.rename(tmp_path / "别处")
    folder.mkdir()
    shutil.copy(tmp_path / "别处" / "p.svg", folder)
    time.sleep(2)  # a zip's clock ticks every two seconds
    second = make(body, header=DATED, out="别的输出")
    assert hashes(first) == hashes(second)


def test_date_of_the_data_dates_the_files(make, cell):
    made = make(cell("print('---\\ndate: 2024年3月5日\\n---')", output="asis"))
    assert {entry.date_time[:3] for entry in zipfile.ZipFile(made.path("docx")).infolist()} == {(2024, 3, 5)}
    assert b"20240305" in made.path("pdf").read_bytes()


def test_epoch_of_the_environment_where_there_is_no_date(make, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    made = make("甲\n")
    assert {entry.date_time[:3] for entry in zipfile.ZipFile(made.path("docx")).infolist()} == {(2001, 9, 9)}
    assert b"20010909" in made.path("pdf").read_bytes()


def test_manifest(make, cell, folder, tmp_path):
    data = folder / "data" / "甲.csv"
    data.parent.mkdir()
    data.write_text("1")
    elsewhere = tmp_path / "乙.csv"
    elsewhere.write_text("2")
    body = cell("folder = ''", tags="[parameters]")
    made = make(
        body,
        {"_quarto-review.yml": "metadata: {a: 1}\n"},
        parameters={"folder": folder / "data", "n": 2, "other": str(elsewhere)},
        profile="review",
        inputs=[data, elsewhere],
        facts={"rules": 28, "form": data},
    )
    kept = record(made)
    assert list(kept) == [
        *("document", "engine", "versions", "parameters", "profile", "facts", "inputs", "outputs")
    ]
    assert kept["document"] == "文档.qmd"
    assert kept["engine"] == "pandoc"
    assert set(kept["versions"]) == {"pandoc", "typst", "ipython", "python"}
    assert kept["parameters"] == {"folder": "data", "n": 2, "other": "乙.csv"}
    assert kept["profile"] == "review"
    assert kept["facts"] == {"rules": 28, "form": "data/甲.csv"}
    assert [entry["path"] for entry in kept["inputs"]] == ["data/甲.csv", "乙.csv"]
    for entry in kept["outputs"]:
        content = made.path(entry["format"]).read_bytes()
        assert entry == {
            "format": entry["format"],
            "path": f"文档.{entry['format']}",
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
    assert str(tmp_path) not in made.publication.manifest.read_text(encoding="utf-8")


def test_inputs_must_be_there(make, tmp_path):
    with pytest.raises(PublishError, match=r"没有\.csv"):
        make("甲\n", inputs=[tmp_path / "没有.csv"])


def test_manifest_lists_only_what_is_true(make, tmp_path):
    make("甲\n", header=DATED)
    assert [entry["format"] for entry in record(make("甲\n", header=DATED, to=["docx"]))["outputs"]] == [
        "docx",
        "html",
        "pdf",
    ]
    (tmp_path / "out" / "文档.pdf").write_bytes(b"changed")
    assert [entry["format"] for entry in record(make("甲\n", header=DATED, to=["docx"]))["outputs"]] == [
        "docx",
        "html",
    ]
    (tmp_path / "out" / "文档.html").unlink()
    assert [entry["format"] for entry in record(make("甲\n", header=DATED, to=["docx"]))["outputs"]] == [
        "docx"
    ]


def test_manifest_forgets_outputs_of_other_inputs(make, tmp_path, folder):
    data = folder / "a.csv"
    data.write_text("1")
    make("甲\n", inputs=[data])
    data.write_text("2")
    assert [entry["format"] for entry in record(make("甲\n", inputs=[data], to=["html"]))["outputs"]] == [
        "html"
    ]
    assert (tmp_path / "out" / "文档.pdf").exists()


def test_manifest_that_is_broken_is_replaced(make, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text("[1")
    assert record(make("甲\n", to=["html"]))["outputs"]


def test_read_only_project(make, folder):
    folder.joinpath("文档.qmd").write_text("")
    if os.geteuid() == 0:  # root writes everywhere, so it is enough that nothing was written
        make("![x](p.svg)\n")
        assert sorted(path.name for path in folder.iterdir()) == ["p.svg", "文档.qmd"]
    else:
        folder.chmod(0o500)
        make("![x](p.svg)\n")
