"""How long checking takes: one folder from the shell, and ten thousand over all cores; and how many wrong claims it finds."""

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.claim_corpus import described
from benchmarks.measure import ROOT, run, show

FOLDERS = 10_000
SINGLE = ROOT / "data" / "pingtan-2025"

_MANY = """
import sys
from pathlib import Path
from helpers.checks.display import run

sys.exit(run(sorted(Path(sys.argv[1]).iterdir()), as_json=True))
"""


def main() -> None:
    """Measure and print."""
    claims()
    with tempfile.TemporaryDirectory() as place:
        copies(Path(place), FOLDERS)
        single = min(
            (run([sys.executable, "-m", "helpers", "check", str(SINGLE)]) for _ in range(3)),
            key=lambda one: one.seconds,
        )
        many = run([sys.executable, "-c", _MANY, place])
    show(
        "Checking",
        ("what", "time", "memory at most", "per folder"),
        [
            [
                "one folder with its years and levels",
                f"{single.seconds:.2f} s",
                f"{single.megabytes:.0f} MB",
                "",
            ],
            [
                f"{FOLDERS} folders",
                f"{many.seconds:.1f} s",
                f"{many.megabytes:.0f} MB",
                f"{1000 * many.seconds / FOLDERS:.1f} ms",
            ],
        ],
        "Goals: 1 s for one; 60 s and 1000 MB for ten thousand on two cores.",
    )


def claims() -> None:
    """Measure what share of wrong numbers in prose is found, and how many right sentences are accused."""
    show(
        "Claims of the prose",
        ("part of the corpus", "wrong numbers", "found", "right sentences", "accused"),
        described(),
        "Goals: 90 % found, no errors. benchmarks/claims_corpus/README.md says how it was made.",
    )


def copies(place: Path, count: int) -> None:
    """Fill a place with copies of the examples; each set of them is linked as the originals are."""
    examples = sorted(path.parent for path in (ROOT / "data").glob("*/report.yml"))
    for number in range(count):
        example = examples[number % len(examples)]
        batch = f"{number // len(examples):05d}"
        folder = place / f"{batch}-{example.name}"
        shutil.copytree(example, folder)
        settings = folder / "report.yml"
        settings.write_text(
            settings.read_text(encoding="utf-8").replace("../", f"../{batch}-"), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
