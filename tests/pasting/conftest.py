"""A body as a render makes it, and the editors of websites, served on this machine alone."""

import functools
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from published import ROOT, built_in

EDITORS = Path(__file__).with_name("editors")
PACKAGES = ("@wangeditor/editor", "ckeditor4", "tinymce", "ueditor")
PINGTAN = ROOT / "data" / "pingtan-2025"
TABLES = ("disclosure", "applications", "proceedings")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of a report with charts of five years: page and body."""
    out = tmp_path_factory.mktemp("made")
    done = subprocess.run([*built_in(PINGTAN, out), "--to", "html"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(out / "report.html"), str(out / "report-body.html")]
    return out


@pytest.fixture(scope="session")
def body(made: Path) -> str:
    return (made / "report-body.html").read_text(encoding="utf-8-sig")


def imported(file: Path) -> dict[str, Any]:
    """What `import --json` reads in a file."""
    command = [sys.executable, "-m", "helpers", "import", str(file), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.fixture(scope="session")
def read() -> Callable[[Path], dict[str, Any]]:
    """Read a file as `import --json` does."""
    return imported


@pytest.fixture(scope="session")
def figures(made: Path) -> dict[str, Any]:
    """The figures and sections that `import` reads in the page itself."""
    read = imported(made / "report.html")
    return {name: read[name] for name in (*TABLES, "lead", "sections")}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def editors(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page an editor: real ones, as .ci/run installs them."""
    command = [program("npm"), "root", "--global"]
    packages = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    if missing := [name for name in PACKAGES if not (packages / name).is_dir()]:
        if os.environ.get("STRICT") == "1":
            pytest.fail(f"{missing[0]} is not installed, and STRICT=1 allows no skip")
        pytest.skip(f"needs the npm package {missing[0]}; .ci/run installs it")
    place = tmp_path_factory.mktemp("editors") / "site"
    shutil.copytree(EDITORS, place)
    (place / "npm").symlink_to(packages)
    handler = functools.partial(_Quiet, directory=str(place))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
