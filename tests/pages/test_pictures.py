"""Each page of the default report beside a picture of it, so that a change of look is seen by whoever makes it.

On purpose? ``python -m pytest tests/pages --renew`` takes the pictures anew; look at them before they are committed.
"""

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops

REFERENCE = Path(__file__).parent / "reference"
DPI = 60
# Smoothing differs from one version of the renderer to the next; a line of text in another place differs by more.
GREY_LEVELS, SHARE = 48, 0.002


def pictures(pdf: Path) -> dict[str, Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return {
            f"page-{number}.png": page.render(scale=DPI / 72, grayscale=True).to_pil()
            for number, page in enumerate(document, 1)
        }


def difference(one: Image.Image, other: Image.Image) -> float:
    """Share of the pixels that differ visibly; all of them where the sizes do."""
    if one.size != other.size:
        return 1.0
    changed = ImageChops.difference(one, other).point(lambda level: 255 if level > GREY_LEVELS else 0)
    return changed.histogram()[255] / (one.width * one.height)


def test_pages_look_as_they_did(outputs: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    taken = pictures(outputs / "report.pdf")
    if request.config.getoption("renew"):
        REFERENCE.mkdir(exist_ok=True)
        for old in REFERENCE.glob("*.png"):
            old.unlink()
        for name, picture in taken.items():
            picture.quantize(16).save(REFERENCE / name, optimize=True)
    assert sorted(taken) == sorted(path.name for path in REFERENCE.iterdir())
    for name, picture in taken.items():
        picture.save(tmp_path / name)
        share = difference(picture, Image.open(REFERENCE / name).convert("L"))
        assert share <= SHARE, (
            f"{tmp_path / name} looks different: {share:.2%} of it; on purpose? see {__file__}"
        )


def test_a_changed_line_is_seen(outputs: Path) -> None:
    page = pictures(outputs / "report.pdf")["page-1.png"]
    line = page.crop((0, 300, page.width, 310))
    changed = page.copy()
    changed.paste(line, (0, 303))
    assert difference(page, page) == 0
    assert difference(page, changed) > SHARE
