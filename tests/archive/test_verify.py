"""A published set is verified: whole, unchanged, made from this data and no other."""

import hashlib
import json
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from conftest import ROOT, XIAODUKOU

from helpers import archive
from helpers.report.findings import rules


@pytest.fixture
def given(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "set"))


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_set_as_it_was_published(given: Path) -> None:
    assert archive.verify(given).wrong == []
    assert archive.verify(given, files(XIAODUKOU)).wrong == []


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "report.docx"])
def test_a_file_that_was_changed_or_lost(given: Path, name: str) -> None:
    with (given / name).open("ab") as stream:
        stream.write(b" ")
    (said,) = archive.verify(given).wrong
    assert said.startswith(f"{name} 与发布时不同，已被改动")
    (given / name).unlink()
    assert archive.verify(given).wrong == [f"缺少 {name}"]


def test_a_file_of_another_render(given: Path) -> None:
    shutil.copy(given / "report.pdf", given / "draft.pdf")
    (given / "notes.txt").write_text("not ours to judge")
    assert archive.verify(given).wrong == ["draft.pdf 不在清单里，不是同一次发布的"]


def test_data_that_was_changed_since(given: Path, folder: Path) -> None:
    (folder / "other.md").write_text("改了")
    (folder / "lead.md").write_text("新的")
    (folder / "problems.md").unlink()
    assert archive.verify(given, files(folder)).wrong == [
        "other.md 与发布时所用的不同",
        "发布时用了 problems.md，给出的数据里没有",
        "给出的数据里有 lead.md，发布时没有用",
    ]


def test_a_pdf_with_other_data_in_it_and_a_manifest_made_to_match(given: Path) -> None:
    with pikepdf.open(given / "report.pdf", allow_overwriting_input=True) as pdf:
        del pdf.attachments["disclosure.csv"]
        pdf.attachments["disclosure.csv"] = pikepdf.AttachedFileSpec(
            pdf, b"forged", filename="disclosure.csv"
        )
        pdf.attachments["more.csv"] = pikepdf.AttachedFileSpec(pdf, b"forged", filename="more.csv")
        pdf.save()
    manifest = json.loads((given / "manifest.json").read_text(encoding="utf-8"))
    from hashlib import sha256

    for one in manifest["outputs"]:
        one["sha256"] = sha256((given / one["path"]).read_bytes()).hexdigest()
    (given / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert sorted(archive.verify(given).wrong) == [
        "report.pdf 的附件 disclosure.csv 与发布时所用的数据不同",
        "report.pdf 的附件 more.csv 不是清单里的数据",
    ]


def test_a_file_that_is_a_link_within_the_folder(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path / "folder"))
    (folder / "map.txt").write_text("图", "utf-8")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "linked.txt").symlink_to("../map.txt")
    out = ["--out", str(tmp_path / "out"), "--engine", "pandoc", "--to", "html"]
    for arguments in (
        ["render", str(folder), *out],
        ["verify", str(tmp_path / "out"), "--inputs", str(folder)],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "helpers", *arguments], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"inputs": [1], "outputs": []}', "\0"])
def test_no_manifest_or_another_file_of_that_name(given: Path, text: str | None) -> None:
    (given / "manifest.json").unlink()
    if text is not None:
        (given / "manifest.json").write_text(text)
    (said,) = archive.verify(given).wrong
    assert "manifest.json" in said and said.endswith("无法核对")


def test_the_manifest_says_with_what_it_was_made(published: Path) -> None:
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["engine"] == "pandoc"
    assert {"pandoc", "typst", "python"} <= manifest["versions"].keys()
    assert manifest["facts"]["form"] == "国办公开办函〔2021〕30号"
    assert manifest["facts"]["rules"] == list(rules())
    assert all(len(one["sha256"]) == 64 for one in manifest["inputs"] + manifest["outputs"])
    assert {Path(one["path"]).name for one in manifest["inputs"]} == {
        path.name for path in XIAODUKOU.iterdir()
    }


def bomb(pdf: pikepdf.Pdf) -> None:
    """Let an attachment of some kilobytes unpack to a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(100)) + packer.flush()
    spec = pikepdf.AttachedFileSpec(pdf, b"", filename="bomb.csv")
    pdf.attachments["bomb.csv"] = spec
    spec.obj.EF.F.write(packed, filter=pikepdf.Name.FlateDecode)


def an_attachment_of_nothing(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names.EmbeddedFiles.Names[1] = pikepdf.Dictionary()


@pytest.mark.parametrize("change", [bomb, an_attachment_of_nothing])
def test_attachments_that_cannot_be_read_are_told(given: Path, change: Callable[[pikepdf.Pdf], None]) -> None:
    with pikepdf.open(given / "report.pdf", allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save()
    manifest = json.loads((given / "manifest.json").read_text(encoding="utf-8"))
    for one in manifest["outputs"]:
        one["sha256"] = hashlib.sha256((given / one["path"]).read_bytes()).hexdigest()
    (given / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert archive.verify(given).wrong == ["report.pdf 的附件读不出来"]
