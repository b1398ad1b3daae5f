"""What does a reviewer see? The marked-up document, two reports side by side, the live preview.

``open_report`` is what report.qmd begins with.
"""

from helpers.review.review_page import open_report

__all__ = ["open_report"]
