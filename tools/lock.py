"""Make the lock files anew from pyproject.toml, with uv: ``python tools/lock.py``, or ``--upgrade`` for newer releases.

``requirements.lock`` holds what a report needs. The lock of an extra, and that of the tests, hold what is needed besides,
so that nothing is installed twice. Versions that are locked stay, unless they are to be upgraded or no longer fit.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "requirements.lock"
_COMMAND = ["uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--python-version", "3.11"]
_FORMAT = ["--generate-hashes", "--no-header", "--no-annotate"]


def main(options: Sequence[str]) -> None:
    """Make the lock of a report, then those of the extras, then that of the tests."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    _lock(CORE, [], options)
    extras = [ROOT / f"requirements-{name}.lock" for name in project["optional-dependencies"]]
    for place, name in enumerate(project["optional-dependencies"]):
        # A package that two extras need is locked in one version, so that both can be installed.
        others = extras[:place] + ([] if "--upgrade" in options else extras[place + 1 :])
        there = [lock for lock in others if lock.is_file()]
        _lock(extras[place], ["--extra", name], options, [CORE, *there])
    _lock(ROOT / "requirements-dev.lock", ["--all-extras", "--group", "dev"], options, [CORE, *extras])


def _lock(lock: Path, wanted: list[str], options: Sequence[str], besides: Sequence[Path] = ()) -> None:
    """Write one lock: what is wanted, in the versions of the locks ``besides``, less what the core's holds already."""
    constraints = [part for other in besides for part in ("--constraint", str(other))]
    command = [*_COMMAND, *_FORMAT, *wanted, *constraints, *options, "--output-file", str(lock)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    if besides:
        there = set(_packages(CORE))
        lock.write_text("".join(one for one in _packages(lock) if one not in there), encoding="utf-8")


def _packages(lock: Path) -> list[str]:
    """Return the entries of a lock: name, version and marker in a line, then a hash a line."""
    return re.findall(r"^[a-z].*\n(?:    --hash.*\n)+", lock.read_text(encoding="utf-8"), re.MULTILINE)


if __name__ == "__main__":
    main(sys.argv[1:])
