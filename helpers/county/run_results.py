"""What became of each report of a run."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from helpers.checks import sameness
from helpers.report.findings import Finding, printable


@dataclass(frozen=True)
class Done:
    """One finished report: its folder, what became of it, in how many seconds, and why it failed."""

    folder: Path
    state: str
    seconds: float
    message: str | None


Progress = Callable[[Done], None]


class Results:
    """Entries of finished reports, on disk until the end: there may be a hundred thousand."""

    def __init__(self, stream: IO[bytes], folders: Sequence[Path], progress: Progress | None) -> None:
        self.counts: Counter[str] = Counter()
        self.open_notes = 0
        self._stream = stream
        self._folders = folders
        self._notify = progress or (lambda _: None)
        self._starts: dict[int, int] = {}
        self._copies: dict[int, Finding] = {}

    def add(self, number: int, state: str, entry: dict[str, Any]) -> None:
        """Record a report and notify."""
        folder = self._folders[number]
        self._starts[number] = self._stream.seek(0, 2)
        self._stream.write(
            json.dumps({"report": printable(folder.name), "state": state, **entry}).encode() + b"\n"
        )
        self.counts[state] += 1
        self.open_notes += open_notes(entry)
        self._notify(Done(folder, state, entry["seconds"], _reason(entry) if state == "failed" else None))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield every entry, in the order of the folders."""
        for number in sorted(self._starts):
            self._stream.seek(self._starts[number])
            entry = json.loads(self._stream.readline())
            copy = self._copies.get(number)
            yield {**entry, "findings": [*entry["findings"], copy.to_json()]} if copy else entry

    def compare(self) -> None:
        """Hold the prose of the reports against each other; what one has from another is among its findings from now on."""
        numbers = sorted(self._starts)
        known = [
            (number, prose)
            for number, entry in zip(numbers, self, strict=True)
            if (prose := entry.get("prose"))
        ]
        copies = sameness.copies([sameness.Sketch.from_json(prose) for _, prose in known])
        self._copies = {known[place][0]: found for place, found in copies.items()}


def open_notes(entry: dict[str, Any]) -> int:
    """Return how many notes of reviewers are open in a report."""
    return sum((found["rule"], found["level"]) == ("N-OPEN", "warning") for found in entry["findings"])


def _reason(entry: dict[str, Any]) -> str:
    errors = [found["message"] for found in entry["findings"] if found["level"] == "error"]
    more = f"（等 {len(errors)} 个错误）" if len(errors) > 1 else ""
    stands = "；输出文件夹里还是以前生成的" if entry["older"] else ""
    return (entry["message"] or f"{errors[0]}{more}") + stands
