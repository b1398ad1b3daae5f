"""What a cell of the document gives: Markdown where a document is rendered, the table, chart or text itself in a notebook."""

import base64
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_RENDERED = "QUARTO_DOCUMENT_PATH"
"""Variable that Quarto, and the built-in engine likewise, set for the cells of a document."""

_TREES = Path(__file__).resolve().parents[1] / "publish" / "engines" / "filters" / "trees.lua"
"""Pandoc by itself does not know raw blocks that hold its own tree."""


@dataclass(frozen=True, repr=False)
class Display:
    """One part of the document, as the last line of a cell gives it.

    Attributes
    ----------
    markdown
        What pandoc reads, for all formats.
    page
        HTML for a notebook, where that is not what pandoc makes of the Markdown.
    picture
        A chart as PNG; empty for what is none.
    """

    markdown: str
    page: str = ""
    picture: bytes = b""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Offer the part by media type: Markdown alone to a render, since a page would otherwise take the HTML."""
        if _RENDERED in os.environ:
            return {"text/markdown": self.markdown, "text/plain": self.markdown}
        bundle = {"text/html": self._html, "text/plain": repr(self)}
        if self.picture:
            bundle["image/png"] = base64.b64encode(self.picture).decode()
        return bundle

    def __str__(self) -> str:
        """Return what a cell that prints is to print: Markdown in a render, plain text elsewhere."""
        return self.markdown if _RENDERED in os.environ else repr(self)

    def __repr__(self) -> str:
        """Return the part as plain text, for a terminal: a table in lines, of a chart its alternative text."""
        return _converted(self._html, "html", "plain")

    @cached_property
    def _html(self) -> str:
        return self.page or _converted(self.markdown, "markdown", "html5")


def _converted(text: str, source: str, target: str) -> str:
    import pypandoc  # only here: to render the document pandoc is called otherwise

    options = ["--wrap=none", f"--lua-filter={_TREES}"]
    return str(pypandoc.convert_text(text, target, format=source, extra_args=options)).rstrip("\n")
