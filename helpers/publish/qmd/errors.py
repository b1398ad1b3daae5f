"""What can go wrong while publishing, worded for the people who have to act on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CellError", "Place", "PublishError", "without_colours"]


@dataclass(frozen=True)
class Place:
    """A line of a source file, counted from 1."""

    path: Path
    line: int

    def down(self, lines: int) -> Place:
        """Return the place so many lines further down."""
        return Place(self.path, self.line + lines)

    def __str__(self) -> str:
        """Return ``file:line``."""
        return f"{self.path.name}:{self.line}"


class PublishError(Exception):
    """A document that cannot be published; the message is a whole one, in Chinese, after its place as ``file:line``."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(f"{place}：{message}" if place else message)
        self.place = place


class CellError(PublishError):
    """A cell that raised; the message is what its exception has to say."""


def without_colours(text: str) -> str:
    """Return text without what it says to a terminal only."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
