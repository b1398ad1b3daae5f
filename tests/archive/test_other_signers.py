"""Seals by the two libraries that most programs for seals are built on, iText and PDFBox, are told from changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from archive import java_signers
from archive.authority import Identity, judge, write_pkcs12

from helpers.archive.seals import ChangedError


@pytest.fixture(scope="module")
def sealed(
    published: Path, tmp_path_factory: pytest.TempPathFactory, organ: Identity, root: Identity
) -> Path:
    missing = [name for name in java_signers.JARS if not (java_signers.JAVA / f"{name}.jar").is_file()]
    if missing and os.environ.get("STRICT") != "1":
        pytest.skip(f"needs {', '.join(missing)}; .ci/run installs them")
    folder = tmp_path_factory.mktemp("java")
    key = write_pkcs12(folder / "key.p12", organ, root, "ascii")
    command = [
        sys.executable,
        java_signers.__file__,
        str(key),
        "ascii",
        str(published / "report.pdf"),
        str(folder),
    ]
    subprocess.run(command, check=True, timeout=300)
    return folder


@pytest.mark.parametrize(
    ("name", "pages"), [("itext", []), ("itext-visible", [6]), ("itext-certified", []), ("pdfbox", [])]
)
def test_a_seal_by_another_program(name: str, pages: list[int], sealed: Path, published: Path) -> None:
    length = (published / "report.pdf").stat().st_size
    found = judge((sealed / f"{name}.pdf").read_bytes(), length)
    assert (len(found.said), found.pages) == (1, pages)


def test_its_seal_over_text(sealed: Path, published: Path) -> None:
    length = (published / "report.pdf").stat().st_size
    with pytest.raises(ChangedError, match="第 2 页的可见签章盖住了原文"):
        judge((sealed / "itext-over-text.pdf").read_bytes(), length)
