"""Rules of the house that a program can see: rooms and floors, lengths and names of files, no address of a registry, no path of a machine."""

import ast
import re
import subprocess
import tomllib
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from conftest import ROOT

# Rooms of helpers/ by floor, the ground floor first: a file imports only from its own room and from floors below.
FLOORS = (
    ("files",),
    ("finishing",),
    ("report", "publish"),
    ("document", "archive"),
    ("checks", "intake"),
    ("review", "county"),
    ("merge",),
    ("cli",),
)

# Rooms within a room, lowest first; the files that lie in the room itself stand above them.
INNER_ROOMS = {"intake": ("matching", "readers"), "publish": ("qmd", "cells", "engines")}

LONGEST_FILE = 400
"""Lines; a longer file answers more than one question."""

HELPERS = ROOT / "helpers"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(HELPERS.rglob("*.py"))
}


def imported(module: str) -> set[str]:
    """Modules of helpers/ that a module imports, also those it imports late."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import, line {node.lineno}"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                names.add(full if full in MODULES else str(node.module))
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names & MODULES.keys()


def storey(module: str) -> tuple[int, int] | None:
    """Floor of a module, and its floor within its room; None for what belongs to the house as a whole."""
    _, *rooms = module.split(".")
    if not rooms or rooms == ["__main__"]:
        return None
    (floor,) = (number for number, names in enumerate(FLOORS) if rooms[0] in names)
    inner = INNER_ROOMS.get(rooms[0], ())
    return floor, inner.index(rooms[1]) if len(rooms) > 1 and rooms[1] in inner else len(inner)


def test_a_file_imports_only_from_its_room_and_from_lower_floors() -> None:
    for module in MODULES:
        own = storey(module)
        for other in imported(module):
            below = storey(other)
            if own is None or below is None:
                continue
            same_room = module.split(".")[1] == other.split(".")[1]
            allowed = below[1] <= own[1] if same_room else below[0] < own[0]
            assert allowed, f"{module} imports {other}, which is not below it"


def test_no_file_imports_itself_by_way_of_others() -> None:
    TopologicalSorter({module: imported(module) - {module} for module in MODULES}).prepare()


def test_every_room_is_on_the_plan() -> None:
    rooms = {path.relative_to(HELPERS).parts[0].removesuffix(".py") for path in MODULES.values()}
    assert rooms - {"__init__", "__main__"} == {room for floor in FLOORS for room in floor}
    inner = {path.parent.relative_to(HELPERS).parts for path in MODULES.values()}
    planned = {(room, name) for room, names in INNER_ROOMS.items() for name in names}
    assert {parts for parts in inner if len(parts) == 2} == planned
    assert all(len(parts) < 3 for parts in inner), "no room within a room within a room"


def test_no_file_is_too_long() -> None:
    for path in MODULES.values():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, path


def test_the_built_in_engine_stays_small() -> None:
    """It is for where Quarto cannot be had, and no second Quarto (ADR 3)."""
    files = [path for path in (HELPERS / "publish").rglob("*") if path.suffix in {".py", ".lua"}]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 3_900


def test_no_two_files_have_names_that_a_search_confuses() -> None:
    names = [path.stem for path in MODULES.values() if not path.stem.startswith("__")]
    assert not {name for name in names if names.count(name) > 1}
    twins = {(one, other) for one in names for other in names if one < other and apart_by_one(one, other)}
    assert not twins


def apart_by_one(one: str, other: str) -> bool:
    """Whether one letter more, less or other makes one name of the other: word and words, reading and readings."""
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        return sum(left != right for left, right in zip(short, long, strict=True)) == 1
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


# One way for one thing: module, and what only it may import.
ONLY_IN = {
    "great_tables": "helpers.document.tables",
    "hashlib": "helpers.files.digests",
    "markupsafe": "helpers.files.templates",
    "yaml": "helpers.files.yaml_text",
}

# Files that write although they are not the one place for it, and why.
WRITERS = {
    "helpers.files.writing": "it is that place",
    "helpers.files.scratch": "lock files, which hold no content",
    "helpers.publish.cells.shell": "pipes to a process, which are no files",
    "helpers.publish.engines.rasterize": "run by its path inside pandoc, where it can import nothing of ours",
    "helpers.publish.engines.quarto": "puts back what Quarto writes over beside the document",
}

WRITES = {
    "write_text",
    "write_bytes",
    "mkstemp",
    "NamedTemporaryFile",
    "fdopen",
    "rename",
    "copyfile",
    "copy",
    "copy2",
    "move",
}


def writes(call: ast.Call) -> bool:
    """Whether a call opens a file for writing, writes one, or moves one."""
    if isinstance(call.func, ast.Name):
        return call.func.id == "open" and for_writing(call.args[1:2], call.keywords)
    if not isinstance(call.func, ast.Attribute):
        return False
    owner = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
    match call.func.attr:
        case "open":
            return owner != "os" and for_writing(call.args[:1], call.keywords)
        case "replace":  # of a text it takes two arguments, of a dataclass names
            return owner == "os" or (len(call.args) == 1 and not call.keywords)
        case "rename" | "copy" | "move":
            return owner in {"os", "shutil"} or (call.func.attr == "rename" and len(call.args) == 1)
        case name:
            return name in WRITES


def for_writing(mode: list[ast.expr], keywords: list[ast.keyword]) -> bool:
    given = [*mode, *(one.value for one in keywords if one.arg == "mode")]
    return any(isinstance(one, ast.Constant) and set("wax+") & set(str(one.value)) for one in given)


def calls(module: str) -> list[ast.Call]:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_one_place_writes_files() -> None:
    for module in MODULES.keys() - WRITERS.keys():
        lines = [call.lineno for call in calls(module) if writes(call)]
        assert not lines, f"{module} writes, line {lines}; use helpers/files/writing.py"
    assert all(any(map(writes, calls(module))) for module in WRITERS), "a file that no longer writes"


@pytest.mark.parametrize(("package", "place"), ONLY_IN.items())
def test_one_place_uses_it(package: str, place: str) -> None:
    found = {
        module
        for module in MODULES
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and package in {alias.name.split(".")[0] for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == package)
    }
    assert found == {place}


def test_html_is_made_by_templates() -> None:
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        assert "<!DOCTYPE" not in text, f"{module} holds a page; it belongs into assets/html"
        assert not re.search(r"from html import .*\bescape|\bhtml\.escape", text), f"{module} escapes by hand"


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


# What imports more than requirements.lock installs, and the extra that a command asks for first.
NEEDING_EXTRAS = {
    "helpers.archive.package": "archive",
    "helpers.archive.page_look": "archive",
    "helpers.archive.pdf_additions": "archive",
    "helpers.archive.seal_mark": "archive",
    "helpers.archive.sealed_copy": "archive",
    "helpers.archive.signer_keys": "archive",
    "helpers.archive.signing": "archive",
    "helpers.county.batch": "batch",
    "helpers.county.cluster": "batch",
    "helpers.county.dataset": "batch",
    "helpers.county.worker": "batch",
    "helpers.intake.readers.pdf_file": "import",
    "helpers.intake.readers.word_file": "import",
}


def locked(name: str) -> set[str]:
    return set(re.findall(r"^[a-z][\w.-]*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_a_report_needs_only_what_its_lock_installs() -> None:
    core, of_module = locked("requirements.lock"), packages_distributions()
    needing: set[str] = set()
    for module, path in MODULES.items():
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        names = {
            name.partition(".")[0]
            for node in tree
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [str(node.module)]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        packages = {re.sub("[._]", "-", of.lower()) for name in names for of in of_module.get(name, [])}
        if more := packages - core - {"nianbao"}:
            needing.add(module)
            assert more <= locked(f"requirements-{NEEDING_EXTRAS[module]}.lock"), (module, more)
    assert needing == NEEDING_EXTRAS.keys()


def test_locks_name_hashes_and_no_index() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {"dev", "quarto-cli", *project["optional-dependencies"]}
    locks = [ROOT / "requirements.lock", *(ROOT / f"requirements-{name}.lock" for name in names)]
    assert sorted(ROOT.glob("*.lock")) == sorted(locks)
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        packages = re.findall(r"^[A-Za-z0-9].*", text, re.MULTILINE)
        assert packages
        assert all(package.rstrip().endswith("\\") for package in packages), "a package without a hash"
        assert "://" not in text
