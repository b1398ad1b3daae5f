"""What pandoc, Typst and Quarto leave undone, done to the finished files: head cells in the PDF, dates in the Word file.

The built-in engine calls :func:`finish`; after ``quarto render`` Quarto runs ``post_render.py``. A file that needs nothing stays as
it is, and so does one that cannot be finished.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

from helpers.files.interrupts import held
from helpers.files.writing import write_file
from helpers.finishing.pdf_tags import finish_pdf
from helpers.finishing.word_package import finish_docx

__all__ = ["FinishError", "finish", "load_finishers"]


class FinishError(Exception):
    """A file that could not be finished; the message is a whole one, in Chinese."""


def load_finishers(formats: Iterable[str]) -> None:
    """Load the libraries by which outputs are finished; which takes longer than to finish a page.

    Parameters
    ----------
    formats
        Any of ``html``, ``pdf`` and ``docx``.
    """
    with held():
        for name in formats:
            if name in _LIBRARIES:
                import_module(_LIBRARIES[name])


_LIBRARIES = {"html": "lxml.html", "pdf": "pikepdf", "docx": "lxml.etree"}


def finish(path: Path, together: Collection[str] = ()) -> None:
    """Finish one output in place; doing it twice changes nothing more.

    Parameters
    ----------
    path
        A file of any kind; only HTML, PDF and DOCX need something.
    together
        Names of the files that will lie beside it.

    Raises
    ------
    FinishError
        The file is no such file, or cannot be written; it stands as it stood.
    """
    work = FINISHERS.get(path.suffix.lower())
    if work is None:
        return
    try:
        data = path.read_bytes()
        finished = work(data)
        if path.suffix.lower() == ".html":
            finished = _linked(finished, path.stem, together)
        if finished != data:
            write_file(path, finished)
    except OSError as error:
        raise FinishError(
            f"不能写入 {path.name}（是否正被别的程序打开？）：{error.strerror or error}"
        ) from None
    except Exception as error:
        raise FinishError(f"{path.name} 没有完成最后的整理：{error}") from error


#: What Quarto adds for an HTML table of a cell, from the web; our page allows no script to run.
_SCRIPTS = re.compile(
    rb"<script\b[^>]*\bsrc=[\"']?https?:[^>]*>\s*</script>\s*"
    rb"|<script type=[\"']?application/javascript[\"']?>define\('jquery'.*?</script>\s*",
    re.DOTALL,
)


def finish_page(data: bytes) -> bytes:
    """Return a page without the scripts that it would ask the web for, where it says itself that none may run."""
    return _SCRIPTS.sub(b"", data) if re.search(rb"default-src (?:'|&#39;)none", data) else data


_OTHERS = {".pdf": "PDF", ".docx": "Word"}


def _linked(page: bytes, stem: str, together: Collection[str]) -> bytes:
    """Link the PDF and the Word file below the title of a page of this project's template, where both lie beside it."""
    files = [
        (quote(f"{stem}{ending}"), name) for ending, name in _OTHERS.items() if f"{stem}{ending}" in together
    ]
    head, end, rest = page.partition(b'</header>\n<main id="report"')
    if not end or len(files) < len(_OTHERS) or b'<nav class="files"' in head:
        return page
    from helpers.files.templates import filled  # loads Jinja

    return head + f"{filled('files.html', files=files)}\n".encode() + end + rest


FINISHERS: dict[str, Callable[[bytes], bytes]] = {
    ".html": finish_page,
    ".pdf": finish_pdf,
    ".docx": finish_docx,
}


def main(names: Iterable[str]) -> int:
    """Finish the files that Quarto made, and make the body of a page that no profile made for other readers.

    Parameters
    ----------
    names
        Their paths.

    Returns
    -------
    int
        The exit code; 1 where one could not be finished.
    """
    from helpers.finishing.paste_body import write_body  # loads lxml

    paths = [Path(name) for name in names]
    together = {path.name for path in paths}
    try:
        for path in paths:
            finish(path, together)
            if path.suffix == ".html" and not os.environ.get("QUARTO_PROFILE"):
                write_body(path)
    except FinishError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
