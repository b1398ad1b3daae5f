"""Rules of the house that a program can see: floors, no address of a registry, no path of a machine."""

import ast
import re
import subprocess
from pathlib import Path

from conftest import ROOT

# Floors of helpers/, lowest first. A module imports only from floors below its own, or beside it in its own package.
FLOORS = (
    {"form", "usage"},
    {
        "findings",
        "sources",
        "values",
        "settings_file",
        "table_file",
        "spreadsheets",
        "scratch",
        "report",
        "outputs",
        "folders",
        "provenance",
    },
    {"placeholders", "markdown", "pandoc_ast"},
    {"pictures"},
    {"prose", "tables", "intake"},
    {"charts", "notes", "opendata", "typefaces", "new", "workbook"},
    {"checks"},
    {"compare"},
    {"review", "rollup", "publish", "portal"},
    {"batch", "preview"},
    {"cli"},
)


def floor(module: str) -> int | None:
    return next((number for number, names in enumerate(FLOORS) if module in names), None)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            parts = node.module.split(".")
            if parts == ["helpers"]:
                names |= {alias.name for alias in node.names}
            elif parts[0] == "helpers":
                names.add(parts[1])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("helpers.")}
    return names


def test_a_file_imports_only_from_lower_floors() -> None:
    for path in (ROOT / "helpers").rglob("*.py"):
        module = path.relative_to(ROOT / "helpers").with_suffix("").parts[0]
        if module in {"__init__", "__main__"}:
            continue
        own = floor(module)
        assert own is not None, f"{path.name} stands on no floor"
        order = list(FLOORS[own])
        for other in imported(path) - {module, "__version__"}:
            below = floor(other)
            assert below is not None, f"{path}: {other}"
            # On the second floor findings and sources carry report; elsewhere neighbours do not know each other.
            allowed = below < own or own == 1
            assert allowed, f"{path.relative_to(ROOT)} imports {other}, which is not below it ({order})"


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in filter(None, listed.decode().split("\0")) if (ROOT / name).is_file()]


def test_no_registry_no_machine_no_secret() -> None:
    suffixes = {
        ".py",
        ".md",
        ".yml",
        ".toml",
        ".lock",
        ".json",
        ".typ",
        ".css",
        ".html",
        ".lua",
        ".csv",
        "",
        ".txt",
    }
    hosts = "|".join(("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org"))
    machine = r"(?<![\w.])/(?:wor" + r"k|roo" + r"t|hom" + r"e)/[A-Za-z]"
    for path in tracked():
        if path.suffix in suffixes and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not re.search(f"{hosts}|{machine}", text), path


def test_locks_name_hashes_and_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-quarto.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[A-Za-z0-9].*", text, re.MULTILINE)
        assert packages
        assert all(package.rstrip().endswith("\\") for package in packages), "a package without a hash"
        assert "://" not in text
