"""The bundled fonts print everything a report may hold, and their licences lie beside them."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from fontTools.ttLib import TTFont

# The one sign of GBK that neither Fandol nor Noto holds.
NOWHERE = {"≒"}
FANDOL = [
    "FandolFang-Regular",
    "FandolKai-Regular",
    "FandolHei-Regular",
    "FandolSong-Regular",
    "FandolSong-Bold",
]
FALLBACK = "NianbaoFallbackSerif-Regular"


def characters(path: Path) -> set[str]:
    return set(map(chr, TTFont(path).getBestCmap()))


def gbk() -> set[str]:
    codes = (bytes((first, second)) for first in range(0x81, 0xFF) for second in range(0x40, 0xFF))
    return {
        text
        for text in (code.decode("gbk", "ignore") for code in codes)
        if len(text) == 1 and not text.isascii()
    }


@pytest.fixture(scope="module")
def fonts(assets: Path) -> Path:
    return assets / "fonts"


@pytest.fixture(scope="module")
def fallback(fonts: Path) -> set[str]:
    return characters(fonts / f"{FALLBACK}.otf")


@pytest.fixture(scope="module")
def make_fallback(fonts: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_fallback", fonts / "make_fallback.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_gbk_has_all_its_han_characters() -> None:
    assert sum(bool(re.match(r"[\u4e00-\u9fa5]", character)) for character in gbk()) == 20_902


@pytest.mark.parametrize("name", FANDOL)
def test_font_and_fallback_print_every_character_of_gbk(name: str, fonts: Path, fallback: set[str]) -> None:
    assert gbk() - characters(fonts / f"{name}.otf") - fallback == NOWHERE


@pytest.mark.parametrize("name", ["FandolHei-Regular", "FandolSong-Regular", "FandolSong-Bold"])
def test_digits_and_punctuation_beside_han_characters_are_half_as_wide(name: str, fonts: Path) -> None:
    font = TTFont(fonts / f"{name}.otf")
    names, widths = font.getBestCmap(), font["hmtx"]
    half = font["head"].unitsPerEm // 2
    assert {widths[names[ord(digit)]][0] for digit in "0123456789"} == {half}
    assert all(widths[names[ord(mark)]][0] <= half for mark in ".,:;()-/ ")


@pytest.mark.parametrize("name", FANDOL)
def test_font_holds_ascii(name: str, fonts: Path) -> None:
    assert {chr(code) for code in range(0x20, 0x7F)} <= characters(fonts / f"{name}.otf")


def test_fallback_holds_what_its_script_cuts(make_fallback: ModuleType, fallback: set[str]) -> None:
    assert make_fallback.missing_characters() - NOWHERE == fallback


def test_fallback_has_a_name_of_its_own(fonts: Path) -> None:
    names = TTFont(fonts / f"{FALLBACK}.otf")["name"]
    presented = {str(record) for record in names.names if record.nameID in {1, 3, 4, 6, 16}}
    assert not any("Noto" in name for name in presented)


def test_every_font_is_described_and_its_licence_lies_beside_it(fonts: Path) -> None:
    readme = (fonts / "README.md").read_text(encoding="utf-8")
    for path in fonts.glob("*.otf"):
        row = re.search(rf"^\| `{path.name}` .*`(LICENSE-\w+\.txt)` \|$", readme, re.MULTILINE)
        assert row, f"{path.name} is not described in README.md"
        licence = (fonts / row[1]).read_text(encoding="utf-8")
        if path.stem == FALLBACK:
            assert "SIL OPEN FONT LICENSE Version 1.1" in licence and "Copyright 2017-2022 Adobe" in licence
        else:
            assert "GNU GENERAL PUBLIC LICENSE" in licence and "embed this font" in licence


def test_every_file_is_accounted_for(fonts: Path) -> None:
    known = {".otf", ".md", ".py", ".txt"}
    assert {path.suffix for path in fonts.iterdir() if path.is_file()} == known
