"""Make the three pictures of the READMEs from a real render of the example: ``python tools/pictures.py``.

Needs what the tests need: Chromium, LibreOffice and poppler on PATH, and the packages of ``python tools/set_up.py dev``.
The project's own fonts stand in for those of an office, so that the pictures are the same on every machine.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from office import print_file  # noqa: E402

TARGET = ROOT / "docs" / "images"
SIZE = 640, 900
"""Pixels of each picture."""

_MARGIN = 8
_AROUND = "#d4d2cc"
_COLOURS = 160
_FACES = ":root { --song: FandolSong; --hei: FandolHei; --kai: FandolKai }"


def main() -> None:
    """Render, and picture each of the three files."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place)
        subprocess.run([sys.executable, "-m", "helpers", "render", "--out", str(out)], cwd=ROOT, check=True)
        _save(_four_pages(out / "report.pdf"), "pdf")
        (out / "word").mkdir()
        word = print_file(shutil.which("soffice") or "soffice", out / "report.docx", out / "word", out)
        _save(_four_pages(word), "docx")
        _save(_page(out / "report.html", fonts=out / "fonts.conf"), "html")


def _page(page: Path, fonts: Path) -> Image.Image:
    """Picture the page where the first table and the chart stand."""
    picture = page.with_suffix(".png")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        width, height = SIZE
        tab = chromium.new_page(viewport={"width": width * 2, "height": height * 2})
        tab.goto(page.as_uri())
        tab.add_style_tag(content=_FACES)
        tab.locator("#disclosure").evaluate("heading => window.scrollTo(0, heading.offsetTop - 40)")
        tab.screenshot(path=picture)
        chromium.close()
    return Image.open(picture).resize(SIZE, Image.Resampling.LANCZOS)


def _four_pages(pdf: Path) -> Image.Image:
    """Lay the title page and the pages with the tables beside each other."""
    subprocess.run(["pdftoppm", "-r", "60", "-png", str(pdf), str(pdf.with_suffix(""))], check=True)
    first, _, *others = sorted(pdf.parent.glob("report-*.png"))
    sheet = Image.new("RGB", SIZE, _AROUND)
    width, height = ((whole - 3 * _MARGIN) // 2 for whole in SIZE)
    for number, path in enumerate([first, *others[:3]]):
        page = Image.open(path).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        row, column = divmod(number, 2)
        sheet.paste(page, (_MARGIN + column * (width + _MARGIN), _MARGIN + row * (height + _MARGIN)))
        path.unlink()
    return sheet


def _save(picture: Image.Image, name: str) -> None:
    small = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    small.save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
