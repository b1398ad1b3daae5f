"""From a ``.qmd`` to HTML, PDF and DOCX: with Quarto, or with IPython, pandoc and Typst from wheels.

Knows nothing of what the document is about. What the built-in engine does not support it refuses by name and line.
"""

from helpers.publish.publication import Publication, publish
from helpers.publish.qmd.errors import CellError, Place, PublishError

__all__ = ["CellError", "Place", "Publication", "PublishError", "publish"]
