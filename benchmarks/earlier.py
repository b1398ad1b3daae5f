"""The project as it was at an earlier commit, to be measured in turns with what it is now: machines are noisy, ratios less so."""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from benchmarks.measure import ROOT

COMMIT = "66c0484"
"""The last one before reports were made twice as quickly."""


@contextmanager
def earlier() -> Iterator[Path | None]:
    """Provide a working tree of :data:`COMMIT`; None where the history is not there, as in a copy without git."""
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place) / "earlier"
        add = ["git", "worktree", "add", "--detach", str(tree), COMMIT]
        try:
            subprocess.run(add, cwd=ROOT, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            yield None
            return
        try:
            yield tree
        finally:
            with suppress(OSError):
                subprocess.run(
                    ["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, capture_output=True
                )


@dataclass(frozen=True)
class Pairs:
    """Seconds on the clock and of processor of each run, then and now, taken in turns."""

    then: list[tuple[float, float]]
    now: list[tuple[float, float]]

    def ratios(self) -> tuple[float, float]:
        """Return how many times as long it takes now, the median of all pairs: on the clock, and of processor time."""
        clock, processor = (
            statistics.median(now[part] / then[part] for then, now in zip(self.then, self.now, strict=True))
            for part in (0, 1)
        )
        return clock, processor


def in_turns(tree: Path, words: Sequence[str], count: int) -> Pairs:
    """Run ``python -m helpers`` in both trees in turns, after one run each that fills the disk's cache.

    Raises
    ------
    subprocess.CalledProcessError
        It failed in one of them.
    """
    runs: dict[Path, list[tuple[float, float]]] = {tree: [], ROOT: []}
    for number in range(count + 1):
        for place, taken in runs.items():
            before, start = getrusage(RUSAGE_CHILDREN), perf_counter()
            command = [sys.executable, "-m", "helpers", *words]
            subprocess.run(command, cwd=place, check=True, capture_output=True)
            seconds, after = perf_counter() - start, getrusage(RUSAGE_CHILDREN)
            processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            if number:
                taken.append((seconds, processor))
    return Pairs(runs[tree], runs[ROOT])
