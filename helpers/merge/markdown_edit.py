"""A passage of a Markdown file made to say something else, with every byte that need not change left as it is.

What is written is read again: only a text that then says exactly what was wanted is given back.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, groupby, takewhile

from helpers.document.passages import Char, Look, Passage, passages
from helpers.document.placeholders import Context
from helpers.files.reading import SourceError

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*[%％]?|[A-Za-z]+|\s|.", re.DOTALL)
_SPECIAL = (None, re.compile(r"[\\`*_<&]"), re.compile(r"[\\`*_\[\]<>&|~#]"))
"""Characters that are escaped: none, those that mostly matter, all; the least that reads as wanted is taken."""

_BEGINS_BLOCK = re.compile(r"(?m)^([ \t]*)([-+#>=]|\d+(?=[.)]))")


@dataclass(frozen=True)
class Wanted:
    """A character that a passage is to have; ``placeholder`` is the number of the one that brings it, ``name`` its name."""

    text: str
    look: Look
    placeholder: int = 0
    name: str = ""


Unit = tuple[str, Look]


_MOST_PAIRS = 4_000_000
"""Most pairs of tokens that are compared one by one; time grows with them."""


def opcodes(old: str, new: str) -> list[tuple[str, int, int, int, int]]:
    """Return what turns one text into another, number by number and character by character, as offsets in both."""
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    starts, stops = (list(accumulate(map(len, tokens), initial=0)) for tokens in (left, right))
    first = _alike(left, right)
    last = _alike(left[first:][::-1], right[first:][::-1])
    middle = left[first : len(left) - last], right[first : len(right) - last]
    if len(middle[0]) * len(middle[1]) > _MOST_PAIRS:
        ends = len(left) - last, len(right) - last
        codes = [
            ("equal", 0, first, 0, first),
            ("replace", first, ends[0], first, ends[1]),
            ("equal", ends[0], len(left), ends[1], len(right)),
        ]
    else:
        codes = list(SequenceMatcher(None, left, right, autojunk=False).get_opcodes())
    return [
        (kind, starts[i1], starts[i2], stops[j1], stops[j2])
        for kind, i1, i2, j1, j2 in codes
        if i2 > i1 or j2 > j1
    ]


def _alike(left: Sequence[str], right: Sequence[str]) -> int:
    """Return with how many of the same tokens both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))


def units(chars: Sequence[Char]) -> list[Unit]:
    """Return what a passage says, each placeholder as one unit by its name; code is text to Word."""
    found: list[Unit] = []
    last = 0
    for char in chars:
        number, name = char.placeholder or (0, "")
        if not number or number != last:
            found.append((f"{{{{{name}}}}}" if number else char.text, char.look - {"code"}))
        last = number
    return found


def wanted_units(wanted: Sequence[Wanted]) -> list[Unit]:
    """Return what is wanted in the same way."""
    found: list[Unit] = []
    last = 0
    for one in wanted:
        if not one.placeholder or one.placeholder != last:
            found.append((f"{{{{{one.name}}}}}" if one.placeholder else one.text, one.look - {"code"}))
        last = one.placeholder
    return found


def rewrite(
    text: str, passage: Passage, chars: Sequence[Char], wanted: Sequence[Wanted], context: Context
) -> tuple[str, bool] | None:
    """Return a prose file in which one passage says what is wanted, and whether its looks are as wanted too.

    Parameters
    ----------
    chars
        The passage's characters, with what its placeholders brought when the text was edited.
    wanted
        What it shall say.

    Returns
    -------
    tuple of str and bool, or None
        None where Markdown cannot say it at this place.
    """
    target = wanted_units(wanted)
    said: str | None = None
    for candidate in _candidates(text, passage, chars, wanted):
        found = _reads(candidate, passage, target, context)
        if found is True:
            return candidate, True
        if found is None:
            said = said or candidate
    return None if said is None else (said, False)


def _reads(text: str, passage: Passage, target: list[Unit], context: Context) -> bool | None:
    """Say whether the passage reads as wanted: True, None where only its looks differ, or False."""
    try:
        found = passages(text, passage.section, context)
    except SourceError:
        return False
    own = next((one for one in found if one.number == passage.number), None)
    if own is None or not own.placed or own.kind != passage.kind:
        return False
    now = units(own.chars)
    if [shown for shown, _ in now] != [shown for shown, _ in target]:
        return False
    return True if now == target or own.kind == "heading" else None


def _candidates(
    text: str, passage: Passage, chars: Sequence[Char], wanted: Sequence[Wanted]
) -> Iterator[str]:
    for level in range(len(_SPECIAL)):
        spliced = _spliced(text, passage, chars, wanted, level)
        if spliced is not None:
            yield spliced
            if passage.kind == "heading" and not passage.prefix:
                # （一） made it a heading; without that only the mark does.
                yield f"{spliced[: passage.chars[0].start]}## {spliced[passage.chars[0].start :]}"
    if passage.placed and passage.chars:
        first, last = passage.chars[0].start, passage.chars[-1].end
        # Emphasis that begins or ends the passage belongs to it.
        while first > passage.start and text[first - 1] in "*_[":
            first -= 1
        while last < len(text) and text[last] in "*_":
            last += 1
        for level in range(len(_SPECIAL)):
            yield text[:first] + inline(wanted, level, _break(passage)) + text[last:]


def _spliced(
    text: str, passage: Passage, chars: Sequence[Char], wanted: Sequence[Wanted], level: int
) -> str | None:
    """Change only what differs; looks stay where they are, but for what is wholly bold or slanting now."""
    if not chars:
        return None
    old, new = "".join(one.text for one in chars), "".join(one.text for one in wanted)
    edits: list[tuple[int, int, str]] = []
    for kind, i1, i2, j1, j2 in opcodes(old, new):
        if kind == "equal":
            edits += _looks(chars[i1:i2], wanted[j1:j2])
            continue
        spans = dict.fromkeys((char.start, char.end) for char in chars[i1:i2])
        written = _written(wanted[j1:j2], level, begins=i1 == 0).replace("\n", _break(passage))
        looks = {one.look for one in wanted[j1:j2]}
        before = {chars[i1 - 1].look} if i1 else None
        behind = {chars[i1].look} if i1 < len(chars) else None
        # What takes the place of something stands where that stood.
        there = looks != before or looks == behind if i1 < i2 else looks == behind and looks != before
        at = chars[i1].start if before is None or there else chars[i1 - 1].end
        edits.append((at, at, written))
        edits += [(start, end, "") for start, end in spans]
    return _edited(text, edits)


def _looks(chars: Sequence[Char], wanted: Sequence[Wanted]) -> Iterator[tuple[int, int, str]]:
    """Yield marks around what is bold or slanting now and was not."""
    for sign, look in (("**", "strong"), ("*", "em")):
        fresh = [look in one.look and look not in char.look for char, one in zip(chars, wanted, strict=True)]
        at = 0
        for on, group in groupby(fresh):
            size = len(list(group))
            if on:
                yield chars[at].start, chars[at].start, sign
                yield chars[at + size - 1].end, chars[at + size - 1].end, sign
            at += size


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, fresh in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        parts += [text[at : max(start, at)], fresh]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _escaped(text: str, level: int, *, begins: bool = False) -> str:
    special = _SPECIAL[level]
    if special is None:
        return text
    once = special.sub(r"\\\g<0>", text).replace("{{", "\\{\\{").replace("{%", "\\{%")
    return _BEGINS_BLOCK.sub(r"\1\\\2", once) if begins else once


def _written(wanted: Iterable[Wanted], level: int, *, begins: bool = False) -> str:
    """Return characters of one look as Markdown, each placeholder once."""
    shown = ""
    for number, same in groupby(wanted, key=lambda one: one.placeholder):
        letters = list(same)
        text = "".join(one.text for one in letters)
        literal = _escaped(text, level, begins=begins and not shown)
        shown += f"{{{{ {letters[0].name} }}}}" if number else literal
    return shown


def _break(passage: Passage) -> str:
    """Return a line break that stays, with what the next line of the passage begins with."""
    return "\\\n" + (
        "> " if passage.kind == "quote" else " " * len(passage.prefix) if passage.kind == "item" else ""
    )


def inline(wanted: Sequence[Wanted], level: int, line_break: str = "\\\n") -> str:
    """Return a text as Markdown, with its looks, links and placeholders."""
    parts: list[str] = []
    for look, group in groupby(wanted, key=lambda one: one.look - {"code"}):
        shown = _written(group, level)
        inner = shown.strip(" ")
        sign = "*" * (2 * ("strong" in look) + ("em" in look)) if inner else ""
        link = next((one.removeprefix("link:") for one in look if one.startswith("link:")), "")
        dressed = f"{sign}{inner}{sign}"
        before, _, after = shown.partition(inner) if inner else (shown, "", "")
        parts.append(f"{before}[{dressed}]({link}){after}" if link and inner else f"{before}{dressed}{after}")
    whole = "".join(parts)
    return (_BEGINS_BLOCK.sub(r"\1\\\2", whole) if level else whole).replace("\n", line_break)


def block(
    wanted: Sequence[Wanted], section: str, *, heading: bool, prefix: str, context: Context
) -> tuple[str, str] | None:
    """Return a new paragraph as Markdown that reads as wanted, and how it is printed; None where Markdown cannot say it."""
    target = [shown for shown, _ in wanted_units(wanted)]
    for level in range(len(_SPECIAL)):
        for lead in ("## ", "") if heading else (prefix, ""):
            written = lead + inline(wanted, level, "\\\n" + " " * len(lead))
            try:
                found = passages(written, section, context)
            except SourceError:
                continue
            if len(found) == 1 and [shown for shown, _ in units(found[0].chars)] == target:
                return written, found[0].shown
    return None
