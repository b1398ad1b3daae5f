"""Notes of a reviewer that nobody has dealt with yet."""

from collections.abc import Iterator

from helpers.checks.context import Context
from helpers.checks.rule import rule
from helpers.document import notes, prose
from helpers.report.findings import Finding, finding


@rule("N-OPEN")
def open_notes(context: Context) -> Iterator[Finding]:
    """See that no note in ``review.yml`` is open."""
    written, wrong = notes.read(context.report.folder)
    yield from wrong
    texts = prose.texts(context.report) if written else {}
    for note in written:
        if note.open:
            changed = "；所指的内容已经改动，请再看一遍" if note.changed(context.report, texts) else ""
            message = f"{note.place}：{note.who} {note.when} 的批注还没有处理：“{note.text}”{changed}。"
            yield finding("N-OPEN", message, file=notes.NOTES_FILE, line=note.line)
