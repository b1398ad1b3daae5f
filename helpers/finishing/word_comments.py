"""Comments put into a finished Word file, with answers and state, as Word keeps them: at the bookmarks of what they are about.

Which comments comes as the document's property ``word-comments`` (:func:`encoded`). ECMA-376 part 1, 17.13.4; answers and state:
[MS-DOCX] 2.5.1 (``commentsExtended``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from helpers.finishing.source_marks import PREFIX
from helpers.finishing.word_xml import HEAD, W, entered

PROPERTY = "word-comments"
"""Property of the document by which comments reach the finished Word file; it is not kept in it."""

_FIRST_PARAGRAPH = 0x10000000
"""Word names a comment's paragraph by eight hexadecimal digits, of which the first is below 8."""


@dataclass(frozen=True)
class WordComment:
    """A comment: the mark it belongs to (``overview_3``), who wrote it, the day (ISO), its text, whether it is settled, its answers."""

    mark: str
    who: str
    when: str
    text: str
    closed: bool
    answers: list[list[str]] = field(default_factory=list)


def encoded(comments: Sequence[WordComment]) -> str:
    """Return comments as the value of the property: hexadecimal digits, in which no program finds markup."""
    return json.dumps([asdict(one) for one in comments]).encode().hex()


def comment(root: Any, contents: Mapping[str, bytes], value: str) -> dict[str, bytes]:
    """Put comments into a document's body, which is marked; return the other parts that change, and those that are added.

    Parameters
    ----------
    contents
        All parts by name.
    value
        As :func:`encoded`.
    """
    starts = {one.get(f"{W}name"): one for one in root.iter(f"{W}bookmarkStart")}
    given = [WordComment(**one) for one in json.loads(bytes.fromhex(value))]
    written: list[_Entry] = []
    for one in given:
        start = starts.get(f"{PREFIX}{one.mark}")
        if start is not None:
            own = list(_entries(one, len(written)))
            _anchor(start, [one.number for one in own])
            written += own
    added = {"word/comments.xml": _comments(written), "word/commentsExtended.xml": _extended(written)}
    lists = entered(contents, _OVERRIDE, _RELATION)
    return lists | {name: text.encode() for name, text in added.items()}


_OVERRIDE = (
    '<Override PartName="/word/commentsExtended.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"/>'
)
_RELATION = (
    '<Relationship Id="rIdAnswers" Target="commentsExtended.xml" '
    'Type="http://schemas.microsoft.com/office/2011/relationships/commentsExtended"/>'
)


@dataclass(frozen=True)
class _Entry:
    number: int
    parent: int | None
    who: str
    when: str
    text: str
    closed: bool

    @property
    def paragraph(self) -> str:
        return f"{_FIRST_PARAGRAPH + self.number:08X}"


def _entries(comment: WordComment, first: int) -> Iterator[_Entry]:
    yield _Entry(first, None, comment.who, comment.when, comment.text, comment.closed)
    for number, (who, when, text) in enumerate(comment.answers, first + 1):
        yield _Entry(number, first, who, when, text, comment.closed)


def _anchor(start: Any, numbers: Sequence[int]) -> None:
    """Put the ranges of comments around what a bookmark holds."""
    end = next(
        one for one in start.itersiblings(f"{W}bookmarkEnd") if one.get(f"{W}id") == start.get(f"{W}id")
    )
    for number in numbers:
        name = {f"{W}id": str(number)}
        start.addnext(start.makeelement(f"{W}commentRangeStart", name))
        end.addprevious(start.makeelement(f"{W}commentRangeEnd", name))
        run = start.makeelement(f"{W}r")
        run.append(start.makeelement(f"{W}commentReference", name))
        end.addprevious(run)


_SPACES = (
    f'xmlns:w="{W[1:-1]}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" mc:Ignorable="w14 w15"'
)


def _comments(written: Sequence[_Entry]) -> str:
    entries = "".join(
        f'<w:comment w:id="{one.number}" w:author={quoteattr(one.who)} w:date="{one.when}T00:00:00Z">'
        f'<w:p w14:paraId="{one.paragraph}"><w:r><w:t xml:space="preserve">{escape(" ".join(one.text.split()))}</w:t></w:r>'
        "</w:p></w:comment>"
        for one in written
    )
    return f"{HEAD}<w:comments {_SPACES}>{entries}</w:comments>"


def _extended(written: Sequence[_Entry]) -> str:
    entries = "".join(
        f'<w15:commentEx w15:paraId="{one.paragraph}"'
        + ("" if one.parent is None else f' w15:paraIdParent="{_FIRST_PARAGRAPH + one.parent:08X}"')
        + f' w15:done="{int(one.closed)}"/>'
        for one in written
    )
    return f"{HEAD}<w15:commentsEx {_SPACES}>{entries}</w15:commentsEx>"
