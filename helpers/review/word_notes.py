"""Notes of ``review.yml`` as comments of the reviewer's Word file, each at its figure or its passage."""

import json
from collections.abc import Sequence

from helpers.document import source_plan
from helpers.document.notes import Note
from helpers.finishing.word_comments import PROPERTY, WordComment, encoded
from helpers.report.cell_names import CELLS
from helpers.report.folder import Report


def markdown(report: Report, notes: Sequence[Note]) -> str:
    """Return the notes as a property of the document, for an ``asis`` cell; it reaches the Word file alone."""
    comments = [_comment(report, note) for note in notes]
    return f"---\n{PROPERTY}: {json.dumps(encoded(comments))}\n---" if comments else ""


def _comment(report: Report, note: Note) -> WordComment:
    answers = [[one.who, one.when.isoformat(), one.text] for one in note.replies]
    return WordComment(
        _mark(report, note), note.who, note.when.isoformat(), note.text, not note.open, answers
    )


def _mark(report: Report, note: Note) -> str:
    """Return the mark of what a note is about: its figure, the passage that holds what was seen, or the first of its section."""
    if note.cell is not None:
        return f"{note.cell[0]}_{CELLS[note.cell[0]].index(note.cell) + 1}"
    passages = source_plan.section(report, note.at)
    found = [one for one in passages if note.seen in one.shown.replace("\n", " ")] or passages[:1]
    return found[0].name.replace(".", "_") if found else ""
