"""What a cell of the document gives: Markdown where a document is rendered, the table, chart or text itself in a notebook."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_RENDERED = "QUARTO_DOCUMENT_PATH"
"""Variable that Quarto, and the built-in engine likewise, set for the cells of a document."""


@dataclass(frozen=True, repr=False)
class Display:
    """One part of the document, as the last line of a cell gives it.

    Attributes
    ----------
    markdown
        What pandoc reads, for all formats.
    html
        Gives what JupyterLab, VS Code or Positron show; None where a part is meant for the rendered document alone.
    picture
        A chart as PNG; empty for what is none.
    """

    markdown: str
    html: Callable[[], str] | None = None
    picture: bytes = b""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Offer the part by media type: Markdown alone to a render, since a page would otherwise take the HTML."""
        if _RENDERED in os.environ or self.html is None:
            return {"text/markdown": self.markdown, "text/plain": self.markdown}
        bundle = {"text/html": self.html(), "text/plain": repr(self)}
        if self.picture:
            bundle["image/png"] = base64.b64encode(self.picture).decode()
        return bundle

    def __str__(self) -> str:
        """Return what a cell that prints is to print: Markdown in a render, plain text elsewhere."""
        return self.markdown if _RENDERED in os.environ else repr(self)

    def __repr__(self) -> str:
        """Return the part as plain text, for a terminal: a table in lines, of a chart its alternative text."""
        if self.html is None:
            return self.markdown
        import pypandoc  # only here: to render the document pandoc is called otherwise

        text = pypandoc.convert_text(self.html(), "plain", format="html", extra_args=["--wrap=none"])
        return str(text).rstrip("\n")
