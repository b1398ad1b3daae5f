"""Pictures in prose: judged by content, named where they cannot be used, the same in every format and from anywhere."""

import base64
import io
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pikepdf
import pytest
from conftest import ROOT, XIAODUKOU
from lxml import html
from PIL import Image
from published import ENGINES, publish

from helpers.checks import check
from helpers.document import pictures
from helpers.files.reading import SourceError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">{}</svg>'
RECT = '<rect width="40" height="20" fill="red"/>'


def jpeg(**save: object) -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((60, 30), 80).convert("RGB").save(stream, "JPEG", **save)  # type: ignore[arg-type]
    return stream.getvalue()


def png(size: tuple[int, int] = (60, 30)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "blue").save(stream, "PNG")
    return stream.getvalue()


def empty_png(width: int, height: int) -> bytes:
    """A PNG of any size in a few hundred kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.png", b"", "是空文件"),
        ("a.png", "只是文字".encode(), "不是 PNG、JPEG 或 SVG"),
        ("a.jpg", b"GIF89a\x01\0\x01\0", "GIF"),
        ("a.png", png()[:60], "损坏"),
        ("a.jpg", jpeg()[:400], "损坏"),
        ("a.png", empty_png(60_000, 60_000), "太大"),
        ("a.png", empty_png(6_000, 6_000), "6000×6000"),
        ("a.svg", SVG.format("<script>alert(1)</script>").encode(), "<script>"),
        ("a.svg", SVG.format('<image href="file:///etc/passwd"/>').encode(), "<image>"),
        ("a.svg", SVG.format('<rect onload="x()" width="1" height="1"/>').encode(), "程序"),
        ("a.svg", SVG.format('<rect fill="url(http://a/b)"/>').encode(), "别处"),
        ("a.svg", SVG.format('<g id="a"><use href="#a"/></g>').encode(), "引用"),
        ("a.svg", SVG.format(RECT).replace('"40"', '"900000"').encode(), "尺寸太大"),
        (
            "a.svg",
            b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
            "没有写明宽和高",
        ),
        ("a.html", b"<html><body>x</body></html>", "不是 PNG"),
        ("a\\x00.png", png(), "找不到"),
    ],
)
def test_what_cannot_be_shown_is_named_by_file_and_line(
    name: str, content: bytes, told: str, folder: Path
) -> None:
    if "\\" not in name:
        (folder / name).write_bytes(content)
    (folder / "overview.md").write_text(f"一段。\n\n另一段 ![甲](<{name}>)\n", encoding="utf-8")
    (found,) = [one for one in check(folder).findings if one.rule == "PROSE"]
    assert (found.file, found.line) == ("overview.md", 3)
    assert told in found.message


@pytest.mark.parametrize(
    "source", ["%00.png", "a%00.png", "../x.png", "/etc/passwd", "https://a.b/c.png", "x" * 5000]
)
def test_names_that_lead_nowhere(source: str, folder: Path) -> None:
    (folder / "overview.md").write_text(f"![甲](<{source}>)\n", encoding="utf-8")
    (found,) = [one for one in check(folder).findings if one.rule == "PROSE"]
    assert (found.file, found.line) == ("overview.md", 1)


def test_a_picture_says_what_it_shows(folder: Path) -> None:
    (folder / "a.png").write_bytes(png())
    (folder / "overview.md").write_text("![](a.png)", encoding="utf-8")
    (found,) = [one for one in check(folder).findings if one.rule == "PROSE"]
    assert "没有说明" in found.message


def test_only_the_picture_is_published(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 3.0)}
    (tmp_path / "a.jpg").write_bytes(jpeg(exif=exif, comment=b"secret words"))
    printed = pictures.read(tmp_path, "a.jpg")
    assert b"secret" not in printed.data
    assert dict(Image.open(io.BytesIO(printed.data)).getexif()) == {}
    before = Image.open(tmp_path / "a.jpg").convert("RGB").tobytes()
    after = Image.open(io.BytesIO(printed.data)).convert("RGB").tobytes()
    assert sum(abs(one - other) for one, other in zip(before, after, strict=True)) / len(before) < 3


def test_a_photograph_taken_sideways_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "a.jpg").write_bytes(jpeg(exif=exif))
    assert (pictures.read(tmp_path, "a.jpg").width, pictures.read(tmp_path, "a.jpg").height) == (30, 60)


def test_an_svg_that_is_a_drawing_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(SVG.format(RECT))
    drawn = Image.open(io.BytesIO(pictures.read(tmp_path, "a.svg").data)).convert("RGB")
    assert drawn.getpixel((5, 5)) == (255, 0, 0)
    with pytest.raises(SourceError):
        pictures.read(tmp_path, "b.svg")


@pytest.fixture(scope="module", params=ENGINES)
def illustrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report outside the project with a picture of each kind, published."""
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path_factory.mktemp("elsewhere") / "xiaodukou-2024"))
    (folder / "真.jpg").write_bytes(jpeg())
    (folder / "b.png").write_bytes(png())
    (folder / "c.svg").write_text(SVG.format(RECT))
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write('\n\n![图"甲"](真.jpg)\n\n文字![图乙](b.png)文字\n\n- ![图丙](c.svg)\n')
    return publish(request.param, folder, tmp_path_factory.mktemp("illustrated") / "work")


class TestEveryFormat:
    def test_the_page(self, illustrated: Path) -> None:
        page = (illustrated / "report.html").read_text(encoding="utf-8")
        shown = [one for one in html.fromstring(page).iter("img") if one.get("width")]
        assert [one.get("alt") for one in shown] == ['图"甲"', "图乙", "图丙"]
        kinds = [one.get("src").partition(";")[0] for one in shown]
        assert kinds == ["data:image/jpeg", "data:image/png", "data:image/png"]

    def test_the_pdf(self, illustrated: Path) -> None:
        from archive.verapdf import faults

        assert faults(illustrated / "report.pdf", "ua1") == faults(illustrated / "report.pdf", "3a") == []
        with pikepdf.open(illustrated / "report.pdf") as pdf:
            drawn = [one for page in pdf.pages for one in page.get_images()]
        assert len(drawn) >= 3

    def test_the_word_file(self, illustrated: Path) -> None:
        with zipfile.ZipFile(illustrated / "report.docx") as package:
            body = package.read("word/document.xml").decode()
            media = [name for name in package.namelist() if name.startswith("word/media/")]
        assert len(media) >= 4  # with the chart
        for alt in ("图&quot;甲&quot;", "图乙", "图丙"):
            assert f'descr="{alt}"' in body or f"descr='{alt}'" in body


def test_pictures_travel_with_a_batch(tmp_path: Path, folder: Path) -> None:
    (folder / "a.jpg").write_bytes(jpeg())
    (folder / "overview.md").write_text("![甲](a.jpg)", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "helpers",
        "batch",
        str(folder),
        "--out",
        str(tmp_path / "out"),
        "--workers",
        "1",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    printed = base64.b64encode(pictures.read(folder, "a.jpg").data).decode()
    assert printed in (tmp_path / "out" / folder.name / "report.html").read_text(encoding="utf-8")
