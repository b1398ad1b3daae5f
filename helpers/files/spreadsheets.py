"""CSV files that people open in Excel and WPS: no text in them is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as CSV; a text that a spreadsheet would compute gets an apostrophe before it (OWASP, CSV injection)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows(map(_safe, row) for row in rows)
    return stream.getvalue()


def _safe(cell: Any) -> Any:
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    # A lone carriage return is a new line to a spreadsheet, and Python's writer puts no quotes around it.
    text = re.sub(r"\r\n?", "\n", cell)
    return f"'{text}" if _FORMULA.match(cell) else text
