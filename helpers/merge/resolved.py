"""An edited file as it reads once its tracked changes are accepted or rejected: lines of prose by section, and the form's tables."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from helpers.finishing.source_marks import PICTURE, kept_places, normalized
from helpers.merge.word_text import Cell, Kind, Letter, Paragraph, Table, WordText
from helpers.report.folder import PROSE
from helpers.report.form import FORM

TITLE = "title"
"""Section of what stands before the lead."""

BEYOND = "beyond"
"""Section of what stands behind the form's last."""


@dataclass
class Line:
    """A paragraph as it reads.

    Attributes
    ----------
    letters
        Its characters as :func:`helpers.finishing.source_marks.normalized` has them.
    marks
        Passages that it holds text of, the largest part first; then those of which only the empty mark is left.
    section
        Key of the section it stands in, ``title`` before the first.
    """

    letters: tuple[Letter, ...]
    marks: list[str]
    style: str
    listed: bool
    in_cell: bool
    comments: list[str]
    section: str = TITLE

    @property
    def text(self) -> str:
        """What is read."""
        return "".join(letter.text for letter in self.letters)

    @property
    def words(self) -> str:
        """What is read, without pictures."""
        return normalized(self.text.replace(PICTURE, ""))


@dataclass
class Figures:
    """A table of the form: its cells as they read, each with the figures' marks in it."""

    name: str
    cells: list[tuple[str, list[str], list[str]]]
    rows_changed: bool


@dataclass
class Resolved:
    """A file as it reads."""

    lines: list[Line] = field(default_factory=list)
    tables: list[Figures] = field(default_factory=list)


def resolve(text: WordText, rejected: Collection[int]) -> Resolved:
    """Read a file with the tracked changes of these numbers rejected, and all others accepted."""
    found = Resolved()
    waiting: list[Paragraph] = []
    for block in text.body:
        if isinstance(block, Paragraph):
            waiting.append(block)
            continue
        found.lines += _lines(waiting, rejected)
        waiting = []
        name = _table_name(block)
        if name:
            cells = [_cell(cell, rejected) for cell in block.cells]
            found.tables.append(Figures(name, cells, block.rows_changed))
        else:
            found.lines += [
                line for cell in block.cells for line in _lines(cell.paragraphs, rejected, in_cell=True)
            ]
    found.lines += _lines(waiting, rejected)
    _name_sections(found.lines)
    return found


def kept(letter: Letter, rejected: Collection[int]) -> bool:
    """Return whether a character stands there in the end."""
    return not _goes(letter.change, letter.kind, rejected)


def _goes(change: int, kind: Kind, rejected: Collection[int]) -> bool:
    return bool(change) and (kind == "removed") == (change not in rejected)


def _lines(
    paragraphs: Sequence[Paragraph], rejected: Collection[int], *, in_cell: bool = False
) -> Iterator[Line]:
    """Yield the paragraphs as they read; where the end of one goes, it becomes one with the next."""
    joined: list[Paragraph] = []
    for number, paragraph in enumerate(paragraphs, 1):
        joined.append(paragraph)
        if not _goes(*paragraph.end, rejected) or number == len(paragraphs):
            line = _line(joined, rejected, in_cell)
            if line.letters:
                yield line
            joined = []


def _line(joined: Sequence[Paragraph], rejected: Collection[int], in_cell: bool) -> Line:
    raw = [letter for paragraph in joined for letter in paragraph.letters if kept(letter, rejected)]
    letters = normal_letters(raw)
    owned = Counter(mark for letter in letters for mark in letter.marks if is_passage(mark))
    empty = [mark for one in joined for mark in one.marks if is_passage(mark) and mark not in owned]
    says = next((one for one in joined if any(kept(letter, rejected) for letter in one.letters)), joined[-1])
    comments = [one for paragraph in joined for one in paragraph.comments]
    comments += [one for letter in letters for one in letter.comments]
    return Line(
        tuple(letters),
        [mark for mark, _ in owned.most_common()] + empty,
        says.style,
        says.listed,
        in_cell,
        list(dict.fromkeys(comments)),
    )


def normal_letters(raw: Sequence[Letter]) -> list[Letter]:
    """Return the letters of the normalized text."""
    kept = (raw[place] for place in kept_places("".join(letter.text for letter in raw)))
    return [replace(letter, text=" ") if letter.text in "\t\r" else letter for letter in kept]


def is_passage(mark: str) -> bool:
    """Return whether a mark names a passage: ``overview_3``."""
    section, _, number = mark.partition("_")
    return section in PROSE and number.isdecimal()


def figure_mark(mark: str) -> tuple[str, int] | None:
    """Return table and place (from 0) of the figure that a mark names; None where it names none."""
    name, _, number = mark.partition("_")
    return (name, int(number) - 1) if name in FORM.tables and number.isdecimal() and len(number) < 5 else None


def _cell(cell: Cell, rejected: Collection[int]) -> tuple[str, list[str], list[str]]:
    letters = [letter for one in cell.paragraphs for letter in one.letters if kept(letter, rejected)]
    marks = [mark for one in cell.paragraphs for mark in one.marks if figure_mark(mark)]
    comments = [one for paragraph in cell.paragraphs for one in paragraph.comments]
    comments += [one for letter in letters for one in letter.comments]
    text = _SIGNS.sub("", normalized("".join(letter.text for letter in letters)))
    return text, marks, list(dict.fromkeys(comments))


_SIGNS = re.compile(r"(?:\s*[×△○※]\d+)+$")
"""What a reviewer's page puts beside a figure."""


def _table_name(table: Table) -> str:
    """Return which table of the form this is by the marks in it; empty where it has none."""
    marks = [mark for cell in table.cells for one in cell.paragraphs for mark in one.marks]
    names = Counter(found[0] for mark in marks if (found := figure_mark(mark)))
    return names.most_common(1)[0][0] if names else ""


_HEADINGS = {heading: key for key, heading in FORM.sections.items()}


def _name_sections(lines: Sequence[Line]) -> None:
    """Tell each line its section: by the headings of the form; where one of those is gone, by the passages of its section."""
    section, last = TITLE, list(FORM.sections)[-1]
    headings = {_HEADINGS[line.text] for line in lines if line.text in _HEADINGS}
    for line in lines:
        own = line.marks[0].partition("_")[0] if line.marks else ""
        if line.text in _HEADINGS:
            section = _HEADINGS[line.text]
        elif own and (section in {TITLE, BEYOND} or own not in headings | {"lead"}):
            section = own
        elif section == last and line.style == "heading 1":
            section = BEYOND
        elif section == TITLE and line.style not in {"title", "subtitle"} and line.text.replace(PICTURE, ""):
            section = "lead"
        line.section = section


def is_heading_of_form(line: Line) -> bool:
    """Return whether a line is one of the form's own headings."""
    return line.text in _HEADINGS
