"""The annual report on government information disclosure as a reproducible project.

The document needs one name of it: ``from helpers import open_report``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.review.review_page import open_report

__version__ = "0.2.0"
__all__ = ["__version__", "open_report"]


def __getattr__(name: str) -> Any:
    # Looked up when it is asked for: no command that opens no report need load what the document is made of.
    if name == "open_report":
        from helpers.review.review_page import open_report

        return open_report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
