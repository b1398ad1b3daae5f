"""Pages set with pandoc, Typst, Chromium and LibreOffice directly, so that only the assets are under test."""

import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pdfplumber
import pypandoc
import pytest
import typst

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
FIXTURES = Path(__file__).parent / "fixtures"
PROSE = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜" * 40


def run(*command: str | Path, **environment: str) -> str:
    """Run a program to its end and return its output; what it complained about is shown where it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder under test."""
    return ASSETS


@pytest.fixture(scope="session")
def document() -> str:
    """One of everything a report can hold, the official grids with wide numbers, and some pages of prose."""
    text = (FIXTURES / "document.md").read_text(encoding="utf-8").replace("PROSE", PROSE)
    for name in ("disclosure", "applications", "proceedings"):
        grid = (FIXTURES / f"{name}.html").read_text(encoding="utf-8")
        text = text.replace(name.upper(), f"```{{=html}}\n{grid}```")
    return text


@pytest.fixture(scope="session")
def pandoc(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write Markdown in another format; the result lies in a folder of its own."""

    def convert(markdown: str, name: str, *options: str | Path) -> Path:
        folder = tmp_path_factory.mktemp("page")
        shutil.copy(FIXTURES / "chart.svg", folder)
        source, result = folder / "document.md", folder / name
        source.write_text(markdown, encoding="utf-8")
        filters = ("--lua-filter", FIXTURES / "document.lua")
        where = f"--resource-path={folder}"
        run(pypandoc.get_pandoc_path(), source, "--output", result, "--standalone", where, *filters, *options)
        return result

    return convert


@pytest.fixture(scope="session")
def typeset(pandoc: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Set Markdown as an archival, accessible PDF, with the bundled fonts only."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(ASSETS / "fonts")])
    templates = tmp_path_factory.mktemp("templates")
    for part in (FIXTURES / "template.typ", *(ASSETS / "typst").glob("*.typ")):
        shutil.copy(part, templates)

    def set_pages(markdown: str, *options: str) -> bytes:
        source = pandoc(markdown, "document.typ", "--template", templates / "template.typ", *options)
        compiler = typst.Compiler(source, root=source.parent, font_paths=fonts)
        pages = compiler.compile(format="pdf", pdf_standards=["a-3a", "ua-1"])
        assert isinstance(pages, bytes)
        return pages

    return set_pages


@pytest.fixture(scope="session")
def pdf_bytes(typeset: Callable[..., bytes], document: str) -> bytes:
    """The document as a PDF file."""
    return typeset(document)


@pytest.fixture(scope="session")
def pdf(pdf_bytes: bytes) -> Iterator[pdfplumber.PDF]:
    """The document as a PDF, opened to measure its glyphs."""
    with pdfplumber.open(io.BytesIO(pdf_bytes)) as opened:
        yield opened


@pytest.fixture
def chromium(program: Callable[[str], str], tmp_path: Path) -> Callable[..., str]:
    """Run a headless Chromium with a new profile and no traffic of its own."""
    executable = program("chromium")

    def browse(*options: str) -> str:
        quiet = ("background-networking", "component-update", "sync")
        return run(
            executable,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            *(f"--disable-{feature}" for feature in quiet),
            f"--user-data-dir={tmp_path / 'profile'}",
            *options,
        )

    return browse


@pytest.fixture(scope="session")
def libreoffice(
    program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], Path]:
    """Print a Word file with LibreOffice; the bundled fonts stand in for the official ones."""
    executable, home = program("soffice"), tmp_path_factory.mktemp("libreoffice")
    fonts = (FIXTURES / "fonts.conf").read_text(encoding="utf-8")
    settings = home / "fonts.conf"
    settings.write_text(
        fonts.replace("FONTS", str(ASSETS / "fonts")).replace("CACHE", str(home / "cache")), encoding="utf-8"
    )

    def print_file(source: Path) -> Path:
        profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
        options = ("--headless", profile, "--convert-to", "pdf", "--outdir", home)
        run(executable, *options, source, FONTCONFIG_FILE=str(settings))
        return home / f"{source.stem}.pdf"

    return print_file
