"""What a reviewer noted: ``review.yml`` in a report folder, a list of notes, each tied to what stood there.

A note names a figure by its keys or a prose file, and repeats what it is about: the figure, or a passage of the text. When
that no longer stands there, the note says so by itself.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from helpers.document.prose import Paragraph
from helpers.files.reading import SourceError
from helpers.files.yaml_text import read_yaml
from helpers.report.figures import format_figure
from helpers.report.findings import Finding, finding
from helpers.report.folder import PROSE, Report
from helpers.report.form import FORM, TOTAL

NOTES_FILE = "review.yml"

MOST = 1_000
"""Notes that are read; a round of comments has some dozens."""

Texts = Mapping[str, Sequence[Paragraph]]
"""Prose sections by name, as :func:`helpers.document.prose.texts` gives them."""

_KEYS = {
    "at": "批注的位置，如 applications.granted.business 或 overview",
    "seen": "写批注时那里的数或那句话",
    "who": "谁写的",
    "when": "哪天写的",
    "text": "批注",
    "state": "open（未处理）或 closed（已处理）",
}
_OPTIONAL = {"replies": "答复，每条写 who、when、text"}


@dataclass(frozen=True)
class Reply:
    """An answer to a note."""

    who: str
    when: date
    text: str


@dataclass(frozen=True)
class Note:
    """One note of a reviewer.

    Attributes
    ----------
    at
        A figure's keys with points between (table, row, column; the total where the column is left out), or the name of a
        prose file.
    seen
        What stood there when the note was written: the figure as printed, or a passage of the text.
    line
        Line of the note in ``review.yml``.
    """

    at: str
    seen: str
    who: str
    when: date
    text: str
    state: Literal["open", "closed"]
    line: int
    replies: tuple[Reply, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody still has to deal with it."""
        return self.state == "open"

    @property
    def cell(self) -> tuple[str, str, str] | None:
        """Table, row and column of the figure; None for a note on prose."""
        return _cell(self.at)

    @property
    def place(self) -> str:
        """Where it belongs, for people."""
        if self.cell is None:
            return f"{FORM.sections.get(self.at, '引言')}“{self.seen}”"
        table, row, column = self.cell
        return FORM.tables[table].place(row, column)

    def paragraph(self, texts: Texts) -> int | None:
        """Line of the paragraph that holds the passage; None where no paragraph does."""
        found = (one.line for one in texts.get(self.at, ()) if self.seen in one.text)
        return next(found, None)

    def changed(self, report: Report, texts: Texts) -> bool:
        """Whether what the note is about no longer stands there."""
        if self.cell is None:
            return self.paragraph(texts) is None
        figure = report.figure(*self.cell)
        return figure is None or format_figure(figure) != self.seen


def _cell(at: str) -> tuple[str, str, str] | None:
    name, _, rest = at.partition(".")
    if name not in FORM.tables:
        return None
    table = FORM.tables[name]
    row, _, column = rest.partition(".")
    column = column or (TOTAL if TOTAL in table.column else "value")
    return (name, row, column) if row in table.row and column in table.column else None


def read(folder: Path) -> tuple[list[Note], list[Finding]]:
    """Read the notes of a folder, and find everything that is wrong with them (rule LOAD); none without the file."""
    path = folder / NOTES_FILE
    if not os.path.lexists(path):
        return [], []
    try:
        settings = read_yaml(path)
    except SourceError as error:
        return [], [_wrong(error.message, error.line)]
    match settings.value:
        case {"notes": [*entries], **rest} if not rest:
            pass
        case _:
            return [], [_wrong("应只有一个键 notes，下面每条批注一项", None)]
    if len(entries) > MOST:
        return [], [_wrong(f"有 {len(entries)} 条批注，最多 {MOST} 条，请删去已处理的", None)]
    notes: list[Note] = []
    found: list[Finding] = []
    for number, entry in enumerate(entries):
        line = settings.line(("notes", number)) or 1
        reason = _refusal(entry)
        if reason:
            found.append(_wrong(f"第 {number + 1} 条批注{reason}", line))
        else:
            fields: dict[str, Any] = _fields(entry, _KEYS)
            replies = tuple(Reply(**_fields(one, _REPLY_KEYS)) for one in entry.get("replies") or ())
            notes.append(Note(**fields, line=line, replies=replies))
    return notes, found


_REPLY_KEYS = ("who", "when", "text")


def _fields(entry: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {key: str(entry[key]) for key in keys}
    return {**fields, "when": date.fromisoformat(fields["when"])}


def _wrong(message: str, line: int | None) -> Finding:
    return finding("LOAD", message, file=NOTES_FILE, line=line)


def _refusal(entry: Any) -> str | None:
    """Say what is wrong with a note, or None."""
    if not isinstance(entry, dict):
        return "不是几行“键: 值”"
    for key, meaning in _KEYS.items():
        if entry.get(key) in (None, ""):
            return f"缺少 {key}（{meaning}）"
    unknown = [key for key in entry if key not in _KEYS | _OPTIONAL]
    if unknown:
        return f"有不认识的“{unknown[0]}”，可用的有：{'、'.join(_KEYS | _OPTIONAL)}"
    if str(entry["at"]) not in PROSE and _cell(str(entry["at"])) is None:
        return f"的 at 写的是“{entry['at']}”，没有这个位置；应如 applications.granted.business 或 overview"
    if entry["state"] not in ("open", "closed"):
        return f"的 state 写的是“{entry['state']}”，应是 {_KEYS['state']}"
    return _wrong_day(entry) or _wrong_replies(entry.get("replies"))


def _wrong_day(entry: Mapping[str, Any]) -> str | None:
    try:
        date.fromisoformat(str(entry["when"]))
    except ValueError:
        return f"的 when 写的是“{entry['when']}”，应是年-月-日，如 2026-01-05"
    return None


def _wrong_replies(replies: Any) -> str | None:
    """Say what is wrong with the answers to a note, or None."""
    for reply in replies if isinstance(replies, list) else [] if replies is None else [replies]:
        if not isinstance(reply, dict) or set(reply) != set(_REPLY_KEYS) or None in reply.values():
            return f"的 replies 里应是{_OPTIONAL['replies']}"
        if wrong := _wrong_day(reply):
            return wrong
    return None
