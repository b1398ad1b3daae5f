"""Files from strangers: each ends with a sentence and exit code 2, and the folder stays as it is."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import XIAODUKOU

from tests.merge.merge_tools import contents, merge
from tests.merge.word_edits import W, WordFile


def repacked(path: Path, part: str, work: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, work(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


BAD: dict[str, Callable[[Path], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: "不是 Word".encode(),
    "old word": lambda _: b"\xd0\xcf\x11\xe0" + bytes(600),
    "cut": lambda path: path.read_bytes()[:5000],
    "no document": lambda path: repacked(path, "word/document.xml", lambda _: b""),
    "entities": lambda path: repacked(path, "word/document.xml", lambda data: data.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "b">]><w:document', 1)),
    "bomb": lambda path: repacked(path, "word/document.xml", lambda data: data.replace(b"<w:body>", b"<w:body>" + b" " * 70_000_000, 1)),
    "too long": lambda path: repacked(path, "word/document.xml", lambda data: data.replace("妥善".encode(), "妥善".encode() * 150_000, 1)),
    "too deep": lambda path: repacked(path, "word/document.xml", lambda data: data.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 9_000 + b"</w:sdt>" * 9_000, 1)),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_with_a_sentence(
    kind: str, word: Callable[[Path], Path], folder: Path, tmp_path: Path
) -> None:
    path, before = tmp_path / "bad.docx", contents(folder)
    path.write_bytes(BAD[kind](word(XIAODUKOU)))
    done = merge(path, folder)
    assert done.code == 2
    assert re.search(r"[\u4e00-\u9fff]", done.said)
    assert "INTERNAL" not in done.said
    assert contents(folder) == before


def test_what_is_not_there_is_refused(word: Callable[[Path], Path], folder: Path, tmp_path: Path) -> None:
    assert merge(tmp_path / "none.docx", folder).code == 2
    assert merge(word(XIAODUKOU), tmp_path / "none").code == 2
    assert merge(folder, folder).code == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "[]",
        lambda _: "{",
        lambda plan: json.dumps({**plan, "passages": [{"name": "overview.1"}]}),
        lambda plan: json.dumps(
            {**plan, "passages": [{**one, "sentences": [1]} for one in plan["passages"]]}
        ),
        lambda plan: json.dumps({**plan, "passages": [{**one, "name": "../x"} for one in plan["passages"]]}),
        lambda plan: json.dumps({**plan, "figures": 3}),
        lambda _: "[" * 100_000,
    ],
)
def test_a_base_that_somebody_spoilt_counts_as_lost(
    spoil: Callable[[dict[str, object]], str], word: Callable[[Path], Path], folder: Path, tmp_path: Path
) -> None:
    file = WordFile(word(XIAODUKOU))
    part = file.parts["customXml/item1.xml"].decode()
    plan = json.loads(re.search(r"\{.*\}", part)[0])  # type: ignore[index]
    file.parts["customXml/item1.xml"] = re.sub(r"\{.*\}", lambda _: spoil(plan), part).encode()
    file.set_figure("disclosure_7", "405")
    done = merge(file.save(tmp_path / "spoilt.docx"), folder, "--json", "--dry-run")
    assert (done.code, done.json["marks"]) == (0, "partly")  # the edition is the folder's
    assert [one["after"] for one in done.json["figures"]] == ["405"]


def test_text_in_boxes_and_notes_is_listed(
    word: Callable[[Path], Path], folder: Path, tmp_path: Path
) -> None:
    file = WordFile(word(XIAODUKOU))
    run = file.runs(file.paragraph("妥善处理"), "审批程序")[0]
    box = run.makeelement(f"{W}r")
    picture = box.makeelement(f"{W}pict")
    content = picture.makeelement(f"{W}txbxContent")
    content.append(file.add_after(file.paragraph("积极参加"), "框里的话"))
    picture.append(content)
    box.append(picture)
    run.addnext(box)
    notes = file.parts["word/footnotes.xml"].decode()
    note = '<w:footnote w:id="77"><w:p><w:r><w:t>注里的话</w:t></w:r></w:p></w:footnote></w:footnotes>'
    file.parts["word/footnotes.xml"] = notes.replace("</w:footnotes>", note).encode()
    done = merge(file.save(tmp_path / "boxes.docx"), folder, "--json", "--dry-run")
    assert [one for one in done.json["untaken"] if "框里的话" in one]
    assert [one for one in done.json["untaken"] if "注里的话" in one]
