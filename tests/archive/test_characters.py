"""Every Han character of GBK prints; what cannot be printed is found before anything is typeset, with its place."""

import re
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from fontTools.ttLib import TTFont
from published import built_in, publish

from helpers.document import typefaces
from helpers.report.folder import load, read

FONTS = ROOT / "assets" / "fonts"
GBK = sorted(
    {
        text
        for first in range(0x81, 0xFF)
        for second in range(0x40, 0xFF)
        if re.fullmatch("[\u4e00-\u9fff]", text := bytes((first, second)).decode("gbk", "ignore"))
    }
)


def test_every_han_character_of_gbk_prints(
    folder: Path, tmp_path: Path, program: Callable[[str], str]
) -> None:
    assert len(GBK) == 20_902
    lines = ("".join(GBK[start : start + 1000]) for start in range(0, len(GBK), 1000))
    text = "\n\n".join(f"{line}\n\n**{line[:500]}**\n\n*{line[500:]}*" for line in lines)
    other = folder / "other.md"
    other.write_text(other.read_text(encoding="utf-8") + "\n\n" + text, encoding="utf-8")
    out = publish("built-in", folder, tmp_path / "work")
    command = [program("pdftotext"), "-nopgbrk", str(out / "report.pdf"), "-"]
    printed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert not set(GBK) - set(printed)


def test_the_list_of_characters_is_that_of_the_fonts() -> None:
    held = {path.stem: set(map(chr, TTFont(path).getBestCmap())) for path in FONTS.glob("*.otf")}
    every = set.intersection(*(held[name] for name in held if name.startswith("Fandol")))
    every |= held["NianbaoFallbackSerif-Regular"]
    assert set(GBK) <= typefaces.covered()
    # Controls and private characters are no text; Typst's own serif adds letters of other scripts.
    text = {one for one in every if unicodedata.category(one) not in {"Cc", "Co"}}
    assert text <= typefaces.covered()
    assert {one for one in typefaces.covered() if "\u3400" <= one <= "\u9fff"} <= every


@pytest.mark.parametrize("character", ["𠮷", "㐂", "≒", "😀", "\ufeff", "\ue000", "\x07"])
class TestWhatNoFontHolds:
    def test_in_prose(self, folder: Path, character: str) -> None:
        text = (folder / "other.md").read_text(encoding="utf-8").rstrip()
        (folder / "other.md").write_text(
            f"{text}\n\n第三行，{character}。<!-- {character} -->\n", encoding="utf-8"
        )
        (found,) = typefaces.findings(load(folder))
        assert (found.rule, found.level, found.file, found.line) == ("L-GLYPH", "error", "other.md", 3)
        assert f"U+{ord(character):04X}" in found.message

    def test_in_the_settings(self, folder: Path, character: str) -> None:
        settings = yaml.safe_load((folder / "report.yml").read_text(encoding="utf-8"))
        settings["contact"]["office"] += character
        (folder / "report.yml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
        (folder / "lead.md").write_text("{{ contact.office }}", encoding="utf-8")
        if character in "\ufeff\x07":  # nobody sees it: refused where it stands
            (found,) = read(folder).findings
            assert (found.file, found.line, found.rule) == ("report.yml", 6, "LOAD")
            return
        (found,) = typefaces.findings(load(folder))
        assert (found.file, found.line) == ("report.yml", 6)
        assert "contact.office" in found.message and f"U+{ord(character):04X}" in found.message


def test_a_comment_is_not_printed(folder: Path) -> None:
    with (folder / "other.md").open("a", encoding="utf-8") as stream:
        stream.write("\n\n<!-- 😀 待核 -->\n")
    assert typefaces.findings(load(folder)) == []


def test_the_render_stops_with_character_code_and_place(folder: Path, tmp_path: Path) -> None:
    with (folder / "problems.md").open("a", encoding="utf-8") as stream:
        stream.write("\n\n联系人：李𠮷\n")
    line = len((folder / "problems.md").read_text(encoding="utf-8").splitlines())
    command = built_in(folder, tmp_path / "out")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert f"problems.md 第 {line} 行" in done.stderr and "“𠮷”（U+20BB7）" in done.stderr
    assert not (tmp_path / "out").exists()
