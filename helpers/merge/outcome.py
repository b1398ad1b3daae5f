"""What a merge comes to: what it changes, what it asks, what it cannot take over; and what was decided beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from helpers.report.cell_names import Cell, place
from helpers.report.form import FORM

Choice = Literal["file", "folder", "text"]

CHOICES: dict[Choice, str] = {
    "file": "以 Word 文件为准",
    "folder": "以文件夹为准",
    "text": "照 Word 里的字写成普通文字",
}


@dataclass(frozen=True)
class Decisions:
    """What whoever merges has decided.

    Attributes
    ----------
    rejected
        Numbers of the tracked changes that are not taken.
    answers
        By the key of a question; ``all`` answers every question that has no answer of its own.
    """

    rejected: frozenset[int] = frozenset()
    answers: Mapping[str, Choice] = field(default_factory=dict)

    def answer(self, key: str, choices: tuple[Choice, ...]) -> Choice | None:
        """Return the answer to a question, None where there is none that fits."""
        for given in (self.answers.get(key), self.answers.get("all")):
            if given in choices:
                return given
        return None


@dataclass(frozen=True)
class Question:
    """Something that only a person can decide; both readings as text, empty where that side has nothing."""

    key: str
    place: str
    why: str
    file: str
    folder: str
    choices: tuple[Choice, ...] = ("file", "folder")

    def to_json(self) -> dict[str, Any]:
        """Return the question as a JSON object."""
        return {**vars(self), "choices": list(self.choices)}


@dataclass(frozen=True)
class FigureChange:
    """A figure that changes in its CSV; ``after`` as it is written."""

    cell: Cell
    before: str
    after: str

    def to_json(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return {
            "at": ".".join(self.cell),
            "place": place(self.cell),
            "before": self.before,
            "after": self.after,
        }


Moved = Literal["changed", "added", "deleted", "moved"]


def heading_of(section: str, otherwise: str = "引言") -> str:
    """Return the heading under which a prose file is printed; the one before all headings has none."""
    return FORM.sections.get(section, otherwise)


@dataclass(frozen=True)
class ProseChange:
    """A passage that changes in its Markdown file: its text as printed, before and after."""

    section: str
    kind: Moved
    before: str
    after: str

    @property
    def heading(self) -> str:
        """Heading of the section for people."""
        return heading_of(self.section)

    def to_json(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return vars(self)
