"""What several test files share: report folders to break, programs a test needs, and a grid read back from HTML."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from published import ENGINES, ROOT, XIAODUKOU, publish

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["ROOT", "XIAODUKOU", "Validate"]

Validate = Callable[[Path], list[dict[str, str]]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--renew`` to whoever changed the look or the tag tree on purpose."""
    parser.addoption("--renew", action="store_true", help="write reference pictures and tag tree anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only the tests marked ``quarto`` may be skipped: Quarto's binary cannot be had in every network."""
    if shutil.which("quarto"):
        return
    for item in items:
        if item.get_closest_marker("quarto"):
            item.add_marker(pytest.mark.skip(reason="no quarto on PATH"))


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Find a program; without it the test is skipped, or fails under STRICT=1."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None and os.environ.get("STRICT") == "1":
            pytest.fail(f"{name} is not installed, and STRICT=1 allows no skip")
        if found is None:
            pytest.skip(f"needs {name}; .ci/run installs it")
        return found

    return find


@pytest.fixture(scope="session")
def validate(program: Callable[[str], str]) -> Validate:
    """List what Microsoft's Open XML SDK finds wrong with a file: schema, semantics, package."""
    executable = program("ooxml-validator")

    def faults(path: Path) -> list[dict[str, str]]:
        done = subprocess.run([executable, str(path)], capture_output=True, text=True, timeout=120)
        assert done.stdout, done.stderr
        found: list[dict[str, str]] = json.loads(done.stdout)["errors"]
        return found

    return faults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example report that a test may break."""
    return Path(shutil.copytree(XIAODUKOU, tmp_path / "xiaodukou-2024"))


@pytest.fixture(scope="session", params=ENGINES)
def outputs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default report as published by an engine."""
    return publish(request.param, XIAODUKOU, tmp_path_factory.mktemp("published") / request.param)


@pytest.fixture(scope="session")
def browser(program: Callable[[str], str]) -> Iterator["Browser"]:
    """A real Chromium; one for all tests, since two drivers in one process do not get on."""
    from playwright.sync_api import sync_playwright

    # What it needs on a machine without a screen, and what keeps it from asking the network.
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
    ]
    flags += ["--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program("chromium"), args=flags)
        yield chromium
        chromium.close()
