"""Notes of a reviewer that nobody has dealt with yet."""

from collections.abc import Iterator

from helpers import notes, prose
from helpers.checks.case import Case
from helpers.checks.catalogue import rule
from helpers.findings import Finding, finding


@rule("N-OPEN")
def open_notes(case: Case) -> Iterator[Finding]:
    """See that no note in ``review.yml`` is open."""
    written, wrong = notes.read(case.report.folder)
    yield from wrong
    texts = prose.texts(case.report) if written else {}
    for note in written:
        if note.open:
            changed = "；所指的内容已经改动，请再看一遍" if note.changed(case.report, texts) else ""
            message = f"{note.place}：{note.who} {note.when} 的批注还没有处理：“{note.text}”{changed}。"
            yield finding("N-OPEN", message, file=notes.NOTES_FILE, line=note.line)
