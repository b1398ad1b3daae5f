"""HTML from the Jinja2 templates in ``assets/html/``: what is put in is escaped, and what is missing is an error."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Markup", "filled"]

_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "html"


def filled(template: str, **values: Any) -> Markup:
    """Return a template with its values, as HTML that another template takes as it is.

    Parameters
    ----------
    template
        Name of a file in ``assets/html/``.
    values
        Texts are escaped; what this function returned is not escaped again.

    Raises
    ------
    jinja2.UndefinedError
        The template names a value that is not given.
    """
    return Markup(_templates().get_template(template).render(values)).strip()


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
