"""Single cells of a CSV changed, every other byte left as it is."""

from collections.abc import Iterator, Mapping

from helpers.files.reading import decoded, separator_of
from helpers.report.form import Table


def with_figures(data: bytes, table: Table, figures: Mapping[tuple[str, str], str]) -> bytes:
    """Return a table's file with some figures as given.

    Parameters
    ----------
    data
        A file that can be read (:func:`helpers.files.reading.read_csv`).
    figures
        New text by row and column key.
    """
    text, encoding, mark = decoded(data)
    columns = [*(None,) * (1 + len(table.label_columns)), *table.column]
    edits: list[tuple[int, int, str]] = []
    separator, _ = separator_of(text, len(table.csv_header))
    for row in _rows(text, separator):
        key = text[slice(*row[0])].strip().strip('"').strip()
        # Blank cells at the end of a row may be left out; they and what separates them are written then.
        for place, column in enumerate(columns):
            fresh = figures.get((key, column or ""))
            if fresh is None:
                continue
            missing = place - len(row) + 1
            start, end = row[place] if missing <= 0 else (row[-1][1], row[-1][1])
            lead = separator * max(missing, 0)
            edits.append((start, end, lead + fresh))
            if missing > 0:
                row.extend([(end, end)] * missing)
    for start, end, fresh in sorted(edits, key=lambda edit: -edit[0]):
        text = text[:start] + fresh + text[end:]
    return mark + text.encode(encoding)


def _rows(text: str, separator: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the offsets of the cells of each row, quotes included."""
    row: list[tuple[int, int]] = []
    start = 0
    quoted = False
    for at, char in enumerate(text + "\n"):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in (separator, "\n", "\r"):
            row.append((start, at))
            start = at + 1
            if char != separator:
                yield row
                row = []
