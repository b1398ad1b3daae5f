"""What is found after the original of a sealed copy: signatures, or something else."""

from dataclasses import dataclass

__all__ = ["ChangedError", "Seals"]


class ChangedError(Exception):
    """What follows is not only a signature; the message says in Chinese what it is."""


@dataclass(frozen=True)
class Seals:
    """What was found after the original, and nothing else was.

    Attributes
    ----------
    said
        Each signature and timestamp: who and when, as it says itself, in Chinese.
    pages
        Numbers of the pages that show one.
    unverified
        How many are of a kind that no library here verifies (SM2); what they add was judged all the same.
    """

    said: list[str]
    pages: list[int]
    unverified: int
