"""What the tests of the batch share: copies of the example, and what a quiet single run makes of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_cluster import quietly
from published import OUTPUTS, XIAODUKOU


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The outputs of the example by name, rendered alone; ``page`` is the page without the others, which it would link."""
    out = quietly(XIAODUKOU, tmp_path_factory.mktemp("alone"), ("html", "pdf", "docx"))
    page = quietly(XIAODUKOU, tmp_path_factory.mktemp("page")) / "report.html"
    return {"page": page.read_bytes(), **{name: (out / name).read_bytes() for name in OUTPUTS}}


@pytest.fixture
def copies(tmp_path: Path) -> Callable[..., list[Path]]:
    """Make copies of the example under the names given."""

    def make(*names: str) -> list[Path]:
        return [Path(shutil.copytree(XIAODUKOU, tmp_path / "reports" / name)) for name in names]

    return make
