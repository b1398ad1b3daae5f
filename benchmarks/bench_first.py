"""What a person waits for at the shell, in turns with an earlier commit: the first report, a check, a help page."""

import tempfile

from benchmarks.earlier import COMMIT, earlier, in_turns
from benchmarks.measure import ROOT, show

FOLDER = "data/xiaodukou-2024"
PAIRS = 10


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as out, earlier() as tree:
        if tree is None:
            print(f"The first report against commit {COMMIT}: left out, since the history is not here.")
            return
        commands = {
            "render, three formats": ["render", str(ROOT / FOLDER), "--engine", "pandoc", "--out", out],
            "check": ["check", FOLDER],
            "--help": ["--help"],
        }
        rows = []
        for name, words in commands.items():
            pairs = in_turns(tree, words, PAIRS)
            clock, processor = pairs.ratios()
            least = [min(part) for part in zip(*pairs.now, strict=True)]
            was = [min(part) for part in zip(*pairs.then, strict=True)]
            rows.append(
                [
                    name,
                    f"{was[0]:.2f} s, {was[1]:.2f} s",
                    f"{least[0]:.2f} s, {least[1]:.2f} s",
                    f"{clock:.2f}",
                    f"{processor:.2f}",
                ]
            )
    show(
        f"From the shell, in turns with commit {COMMIT}, {PAIRS} pairs",
        ("command", "then: clock, processor", "now", "ratio, clock", "ratio, processor"),
        rows,
        "Seconds are the least of all runs, ratios the medians of the pairs. Goals: a first report in 0.6 of the time; check and "
        "--help in 0.3 s of processor time on a quiet machine.",
    )


if __name__ == "__main__":
    main()
