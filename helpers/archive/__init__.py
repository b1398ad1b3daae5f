"""How is a finished set signed, kept, and verified years later? Knows PDFs and packages, and only little of reports."""

from helpers.archive.verify import Verified, verify

__all__ = ["Verified", "verify"]
