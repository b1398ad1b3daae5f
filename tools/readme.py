"""Put the table of commands into the READMEs, made from the commands themselves: ``python tools/readme.py``."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from helpers.cli import usage  # noqa: E402
from helpers.cli.commands import cli  # noqa: E402

START, END = "<!-- commands -->\n", "\n<!-- /commands -->"


def main() -> None:
    """Replace what stands between the two comments."""
    for name, english in (("README.md", True), ("README.zh-CN.md", False)):
        path = ROOT / name
        before, _, rest = path.read_text(encoding="utf-8").partition(START)
        _, _, after = rest.partition(END.strip())
        path.write_text(f"{before}{START}{usage.table(cli, english=english)}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
