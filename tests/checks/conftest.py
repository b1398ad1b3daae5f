"""Report folders to check: copies of the examples, side by side as their links expect them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.report import local_addenda

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "data").glob("*/report.yml"))


@pytest.fixture
def notices(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder of local notices, to which a test may add."""
    place = tmp_path_factory.mktemp("notices") / "local"
    shutil.copytree(local_addenda.PLACE, place)
    monkeypatch.setattr(local_addenda, "PLACE", place)
    return place


@pytest.fixture
def examples(tmp_path: Path, notices: Path) -> Path:
    """A place with a copy of every example folder; the local notices are a copy too."""
    assert notices.is_dir()
    for folder in EXAMPLES:
        shutil.copytree(folder, tmp_path / folder.name)
    return tmp_path


@pytest.fixture
def edit(examples: Path) -> Callable[[str, str, str], Path]:
    """Replace a text that stands exactly once in a file of the copied examples; return the file's folder."""

    def replace(file: str, old: str, new: str) -> Path:
        path = examples / file
        text = path.read_bytes().decode()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_bytes(text.replace(old, new).encode())
        return path.parent

    return replace
