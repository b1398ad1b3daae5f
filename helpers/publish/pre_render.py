"""What comes before Quarto's own rendering: it runs this file by its path (``project: pre-render`` in ``_quarto.yml``).

``quarto preview`` takes outputs of cells from ``.quarto/_freeze`` as long as the ``.qmd`` is the same, whatever has become of the
figures, and whatever report was rendered last; ``freeze: false`` does not keep it from that. They are removed.

It follows the files that the settings name under ``watched``, and no others: a preview of another folder's report (``-P
report:FOLDER``) would go on showing what was true when it began, and is refused.
"""

import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
_UNFOLLOWED = """\
quarto preview 不会跟踪 {folder} 里的改动：_quarto.yml 的 watched 没有列出 {missing}。请改用
  make preview REPORT={folder}
或者在 _quarto.yml.local 的 metadata: watched: 下列出这个文件夹的文件。"""


def previewed(command: Sequence[str]) -> str | None:
    """Return the folder whose report a command previews with Quarto; None where it is the default one, or another command."""
    named = (value for option, value in pairwise(command) if option in ("-P", "--execute-param"))
    found = (re.match(r"report[:=](.+)", value) for value in named if "preview" in command)
    return next((match[1] for match in found if match), None)


def unwatched(folder: Path, settings: Iterable[Path]) -> list[str]:
    """Return the names of the files of a folder that none of the settings names."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in settings if path.is_file())
    return [
        path.name
        for path in sorted(folder.iterdir())
        if path.is_file() and f"{folder.name}/{path.name}" not in text
    ]


def main() -> int:
    """Return the exit code for Quarto, which goes no further after another one than 0."""
    shutil.rmtree(ROOT / ".quarto" / "_freeze", ignore_errors=True)
    given = filter(None, (previewed(process.cmdline()) for process in psutil.Process().parents()))
    folder = next(given, None)
    if folder is None or not (ROOT / folder).is_dir():
        return 0
    missing = unwatched(ROOT / folder, (ROOT / name for name in ("_quarto.yml", "_quarto.yml.local")))
    if missing:
        print(_UNFOLLOWED.format(folder=folder, missing="、".join(missing)), file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
