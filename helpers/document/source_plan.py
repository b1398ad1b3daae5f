"""What a report was made from, told to the finished Word file: its passages, its figures, its edition."""

import json
import re

from helpers.document.passages import Passage, passages
from helpers.document.placeholders import names
from helpers.document.prose import source_of
from helpers.document.tables import LAYOUTS, layouts
from helpers.files.digests import digest, digest_of
from helpers.files.reading import SourceError
from helpers.finishing.source_marks import PROPERTY, Marked, Plan, encoded, fingerprint, sentences
from helpers.report.cell_names import CELLS
from helpers.report.figures import format_figure
from helpers.report.folder import PROSE, Report, files_of

_SHORT = 8
"""Digits of the digest of a sentence or a figure: enough to tell it from what else stands there."""


def markdown(report: Report) -> str:
    """Return the plan as a property of the document, for an ``asis`` cell; it reaches the Word file alone."""
    return f"---\n{PROPERTY}: {json.dumps(encoded(plan(report)))}\n---"


def plan(report: Report) -> Plan:
    """Return what a report is made from; a section that is refused is left out."""
    return Plan(
        edition=edition(report),
        subject=fingerprint(report.title),
        passages=[marked(one) for name in PROSE for one in section(report, name)],
        tables={f"table-{name}": kinds(name) for name in LAYOUTS},
        figures={f"table-{name}": figure_digests(report, name) for name in LAYOUTS},
    )


def workbook_plan(report: Report) -> Plan:
    """Return what a report's workbook is made from: of prose it has nothing to fill in."""
    whole = plan(report)
    return Plan(whole.edition, whole.subject, [], whole.tables, whole.figures)


def edition(report: Report) -> str:
    """Return the digest of a folder's content: names and bytes of the files that the report is made of."""
    return digest_of(f"{path.name} {digest(path)}\n".encode() for path in files_of(report))


def section(report: Report, name: str) -> list[Passage]:
    """Return the passages of a prose section; none of one that is refused."""
    text = source_of(report, name)
    try:
        return [] if text is None else passages(text, name, names(report))
    except SourceError:
        return []


def marked(passage: Passage) -> Marked:
    """Return a passage as the plan has it."""
    runs = passage.runs()
    return Marked(
        name=passage.name,
        digest=fingerprint(passage.shown),
        sentences=sentence_digests(passage.shown),
        template=sentence_digests(passage.template),
        places=[[offset, length] for offset, length, _ in runs],
        values=[value_digest(passage.shown[offset : offset + length]) for offset, length, _ in runs],
    )


def value_digest(value: str) -> str:
    """Return the digest of what a placeholder brought."""
    return fingerprint(value, _SHORT)


def sentence_digests(text: str) -> list[str]:
    """Return a digest of each sentence of a text."""
    return [fingerprint(one, _SHORT) for one in sentences(text)]


def kinds(name: str) -> str:
    """Return for each cell of a printed table, in reading order, whether it is a figure's (``f``) or a head (``h``)."""
    cells = re.findall(r"<t[hd]\b[^>]*>([^<]*)<", layouts()[name])
    return "".join("f" if re.fullmatch(r"\{\w+\.\w+\}", one) else "h" for one in cells)


def figure_digests(report: Report, name: str) -> list[str]:
    """Return a digest of each figure of a table, in the order of the form."""
    figures = (report.figure(*cell) for cell in CELLS[name])
    return [
        figure_digest(number, "" if one is None else format_figure(one)) for number, one in enumerate(figures)
    ]


def figure_digest(number: int, text: str) -> str:
    """Return the digest of the ``number``-th figure of a table, as printed."""
    return fingerprint(f"{number} {text}", _SHORT)
