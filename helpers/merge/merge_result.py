"""What a merge comes to, of whatever kind of file: changes, questions, and the new content of the folder's files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.files.reading import read_bytes
from helpers.merge.comments import Notes
from helpers.merge.csv_edit import with_figures
from helpers.merge.outcome import FigureChange, ProseChange, Question
from helpers.merge.word_text import Change
from helpers.report.folder import Report
from helpers.report.form import FORM


@dataclass
class Merge:
    """What a merge would do, or has done.

    Attributes
    ----------
    marks
        ``kept``, ``lost`` (nothing tells what the file was made from), or ``partly`` (only its edition or its base is left).
    tracked
        The file's tracked changes; those in ``undecided`` are neither accepted nor rejected yet.
    untaken
        What cannot be brought into the folder, one Chinese line each.
    files
        New content of the files that change, by name.
    """

    file: Path
    folder: Path
    marks: str
    same_edition: bool
    tracked: list[Change]
    rejected: frozenset[int]
    undecided: list[int]
    figures: list[FigureChange] = field(default_factory=list)
    prose: list[ProseChange] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    questions: list[Question] = field(default_factory=list)
    untaken: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether nothing is left to ask."""
        return not self.questions and not self.undecided

    @property
    def same(self) -> bool:
        """Whether the folder has all that the file says."""
        return self.decided and not self.files

    def to_json(self) -> dict[str, Any]:
        """Return the merge as a JSON object."""
        return {
            "file": str(self.file),
            "folder": str(self.folder),
            "marks": self.marks,
            "same_edition": self.same_edition,
            "tracked": [
                vars(one)
                | {
                    "state": "undecided"
                    if one.number in self.undecided
                    else "rejected"
                    if one.number in self.rejected
                    else "accepted"
                }
                for one in self.tracked
            ],
            "figures": [one.to_json() for one in self.figures],
            "prose": [one.to_json() for one in self.prose],
            "notes": {
                name: [{**one, "when": str(one["when"])} | _dated(one) for one in entries]
                for name, entries in (("added", self.notes.added), ("updated", self.notes.updated))
            },
            "questions": [one.to_json() for one in self.questions],
            "untaken": self.untaken,
            "changed_files": sorted(self.files),
        }


def _dated(entry: dict[str, Any]) -> dict[str, Any]:
    replies = [{**one, "when": str(one["when"])} for one in entry.get("replies", ())]
    return {"replies": replies} if replies else {}


def figure_files(report: Report, changes: Sequence[FigureChange]) -> dict[str, bytes]:
    """Return the CSVs in which figures change, by name."""
    files: dict[str, bytes] = {}
    for name, table in FORM.tables.items():
        fresh = {one.cell[1:]: one.after for one in changes if one.cell[0] == name}
        if fresh:
            files[f"{name}.csv"] = with_figures(read_bytes(report.folder / f"{name}.csv"), table, fresh)
    return files
