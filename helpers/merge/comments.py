"""Comments of a Word file as notes of ``review.yml``: at their place, with who, when, replies and state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from helpers.document.notes import MOST, NOTES_FILE, Note, Reply
from helpers.files.reading import unprintable
from helpers.files.yaml_text import dump_yaml, parse_yaml
from helpers.finishing.word_xml import W
from helpers.merge.resolved import TITLE, Resolved, figure_mark
from helpers.merge.word_parts import part_beside
from helpers.merge.word_text import WordText
from helpers.report.cell_names import CELLS, Cell
from helpers.report.folder import PROSE
from helpers.report.form import FORM, TOTAL

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_NOBODY = "未署名"


@dataclass
class Comment:
    """A comment with its replies; ``paragraph`` is by what Word names its last paragraph."""

    number: str
    who: str
    when: date | None
    text: str
    paragraph: str
    closed: bool = False
    replies: list[Comment] = field(default_factory=list)


def comments(text: WordText) -> list[Comment]:
    """Return the comments of a file, replies below what they answer."""
    root = part_beside(text.package, "comments")
    found = [_comment(one) for one in (() if root is None else root.iter(f"{W}comment"))]
    extended = part_beside(text.package, "commentsExtended")
    by_paragraph = {one.paragraph: one for one in found if one.paragraph}
    answers: set[str] = set()
    for entry in () if extended is None else extended.iter(f"{_W15}commentEx"):
        own = by_paragraph.get(entry.get(f"{_W15}paraId", ""))
        parent = by_paragraph.get(entry.get(f"{_W15}paraIdParent", ""))
        if own is None:
            continue
        own.closed = entry.get(f"{_W15}done", "0") in {"1", "true"}
        if parent is not None and parent is not own:
            parent.replies.append(own)
            answers.add(own.number)
    return [one for one in found if one.number not in answers and one.text]


def _comment(element: Any) -> Comment:
    paragraphs = list(element.iter(f"{W}p"))
    lines = ["".join(one.text or "" for one in paragraph.iter(f"{W}t")) for paragraph in paragraphs]
    written = re.match(r"\d{4}-\d\d-\d\d", element.get(f"{W}date", ""))
    try:
        when = date.fromisoformat(written[0]) if written else None
    except ValueError:
        when = None
    return Comment(
        element.get(f"{W}id", ""),
        _tidy(element.get(f"{W}author", "")) or _NOBODY,
        when,
        _tidy("\n".join(lines)),
        paragraphs[-1].get(f"{_W14}paraId", "") if paragraphs else "",
    )


def _tidy(text: str) -> str:
    """Return a text as YAML can hold it: what nobody sees is taken out."""
    return "".join(char for char in text if not unprintable(char)).strip()


@dataclass(frozen=True)
class Placed:
    """A comment with its place: ``at`` and ``seen`` of a note."""

    comment: Comment
    at: str
    seen: str


def placed(found: Sequence[Comment], resolved: Resolved, figures: Mapping[Cell, str]) -> list[Placed]:
    """Return each comment with its place in the report; what stands at no text of the folder goes to the section before it."""
    places: dict[str, tuple[str, str]] = {}
    section = "lead"
    for line in resolved.lines:
        section = line.section if line.section in PROSE else section
        at = line.section if line.section in PROSE else section if line.section != TITLE else "lead"
        for number in line.comments:
            anchored = "".join(one.text for one in line.letters if number in one.comments)
            places.setdefault(number, (at, (anchored or line.text).replace("\n", " ").strip()))
    for table in resolved.tables:
        for cell, numbers in _figures(table.name, [(marks, own) for _, marks, own in table.cells]):
            for number in numbers:
                places.setdefault(number, (".".join(cell), figures.get(cell, "")))
    return [Placed(one, *places.get(one.number, ("overview", ""))) for one in found]


def _figures(name: str, cells: Sequence[tuple[list[str], list[str]]]) -> list[tuple[Cell, list[str]]]:
    """Return the comments of each cell of a table; those on a head belong to the figure that follows it."""
    found: list[tuple[Cell, list[str]]] = []
    waiting: list[str] = []
    last = CELLS[name][0]
    for marks, numbers in cells:
        known = next(filter(None, map(figure_mark, marks)), None)
        if known is None or known[0] != name or known[1] >= len(CELLS[name]):
            waiting += numbers
            continue
        last = CELLS[name][known[1]]
        if waiting:
            row = (name, last[1], TOTAL if TOTAL in FORM.tables[name].column else last[2])
            found.append((row, waiting))
            waiting = []
        found.append((last, numbers))
    return [*found, (last, waiting)]


def note_of(one: Placed, undated: date) -> dict[str, Any]:
    """Return a comment as an entry of ``review.yml``; one without a day gets that of ``undated``."""
    comment = one.comment
    entry: dict[str, Any] = {
        "at": one.at,
        "seen": one.seen or comment.text,
        "who": comment.who,
        "when": comment.when or undated,
        "text": comment.text,
        "state": "closed" if comment.closed else "open",
    }
    replies = [
        {"who": reply.who, "when": reply.when or comment.when or undated, "text": reply.text}
        for reply in comment.replies
        if reply.text
    ]
    return entry | ({"replies": replies} if replies else {})


@dataclass
class Notes:
    """What becomes of ``review.yml``: its new text (None: unchanged), entries that are new and those that changed."""

    text: str | None = None
    added: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    untaken: list[str] = field(default_factory=list)


def merge_notes(before: str, known: Sequence[Note], entries: Sequence[dict[str, Any]]) -> Notes:
    """Bring comments into the text of ``review.yml``; what stands there stays byte for byte, but for what was answered or settled.

    Parameters
    ----------
    before
        Its text; empty where there is none.
    known
        Its notes, in its order.
    entries
        The comments as entries.
    """
    result = Notes()
    free = list(range(len(known)))
    changed: dict[int, dict[str, Any]] = {}
    for entry in entries:
        number = next((one for one in free if _same(known[one], entry)), None)
        if number is None:
            result.added.append(entry)
            continue
        free.remove(number)
        update = _update(known[number], entry)
        if update:
            changed[number] = update
            result.updated.append(update)
    if len(known) + len(result.added) > MOST:
        result.untaken.append(f"{NOTES_FILE} 里最多 {MOST} 条批注，文件里的批注没有放进去")
        return Notes(untaken=result.untaken)
    if changed or result.added:
        result.text = _written(before, known, changed, result.added)
    return result


def _same(note: Note, entry: Mapping[str, Any]) -> bool:
    """Return whether a note is this comment: the same person, day and words."""
    return (note.who, note.when, " ".join(note.text.split())) == (
        entry["who"],
        entry["when"],
        " ".join(entry["text"].split()),
    )


def _update(note: Note, entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a note with the replies and the state of its comment; None where it has them already."""
    replies = [Reply(**one) for one in entry.get("replies", ())]
    fresh = [one for one in replies if one not in note.replies]
    if not fresh and (note.state == entry["state"] or entry["state"] == "open"):
        return None
    state = "closed" if "closed" in (note.state, entry["state"]) else "open"
    base = {key: getattr(note, key) for key in ("at", "seen", "who", "when", "text")}
    answers = [vars(one) for one in (*note.replies, *fresh)]
    return {**base, "state": state} | ({"replies": answers} if answers else {})


def _written(
    before: str, known: Sequence[Note], changed: Mapping[int, dict[str, Any]], added: Sequence[dict[str, Any]]
) -> str:
    if not known:
        # Comments of a file without notes stay above them.
        above = "".join(one for one in before.splitlines(keepends=True) if one.lstrip().startswith("#"))
        return above + dump_yaml({"notes": list(added)})
    lines = before.splitlines(keepends=True)
    starts = [note.line - 1 for note in known]
    indent = re.match(r"[ ]*", lines[starts[0]])
    margin = indent[0] if indent else ""
    for number in sorted(changed, reverse=True):
        stop = starts[number + 1] if number + 1 < len(starts) else _end(lines)
        kept = [
            line for line in lines[starts[number] : stop] if not line.strip() or line.lstrip().startswith("#")
        ]
        lines[starts[number] : stop] = [_entry(changed[number], margin), *kept]
    end = _end(lines)
    text = "".join(lines[:end])
    text += "" if text.endswith("\n") else "\n"
    text += "".join(_entry(one, margin) for one in added) + "".join(lines[end:])
    if len(parse_yaml(text).value["notes"]) != len(known) + len(added):
        return dump_yaml({"notes": [*parse_yaml(before).value["notes"], *added]})
    return text


def _end(lines: Sequence[str]) -> int:
    """Return the line behind the last one that says something."""
    said = [number for number, line in enumerate(lines) if line.strip() and not line.startswith(("#", "..."))]
    return said[-1] + 1


def _entry(entry: Mapping[str, Any], margin: str) -> str:
    written = dump_yaml([dict(entry)])
    return "".join(f"{margin}{line}" for line in written.splitlines(keepends=True))
