"""A sentence whose number was typed over: the placeholder stays where the number is still its own, and else a person is asked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from helpers.document.passages import Char, Passage
from helpers.document.source_plan import value_digest
from helpers.finishing.source_marks import Marked
from helpers.merge.markdown_edit import Wanted, opcodes
from helpers.merge.outcome import Choice, Decisions, Question
from helpers.merge.resolved import Line
from helpers.report.cell_names import BY_NAME, Cell, place
from helpers.report.folder import PROSE

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")


def valued(passage: Passage, base: Marked | None, line: Line) -> list[Char]:
    """Return a passage's characters with what its placeholders had brought when the file was made.

    That is what stands there now, if it is still the same; else what the file still shows between the placeholder's marks, if
    that is what was brought then.
    """
    chars: list[Char] = []
    known = dict(enumerate(base.values, 1)) if base else {}
    runs = {offset: (number, length) for number, (offset, length, _) in enumerate(passage.runs(), 1)}
    at = 0
    while at < len(passage.chars):
        number, length = runs.get(at, (0, 1))
        own = passage.chars[at : at + length]
        shown = "".join(char.text for char in own)
        if number and known.get(number) not in (None, value_digest(shown)):
            mark = f"{base.name.replace('.', '_')}_{number}" if base else ""
            there = "".join(letter.text for letter in line.letters if mark in letter.marks)
            if value_digest(there) == known[number]:
                shown = there
        chars += [own[0]._replace(text=char) for char in shown] if number else own
        at += length
    return chars


@dataclass
class Guarded:
    """What a passage shall say, or what has to be asked first; figures that a sentence was taken for."""

    wanted: list[Wanted] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    figures: dict[Cell, str] = field(default_factory=dict)


def guard(
    passage: Passage,
    chars: Sequence[Char],
    wanted: Sequence[Wanted],
    value_after: Callable[[str], str],
    decisions: Decisions,
) -> Guarded:
    """Tell for each placeholder of a passage whether it stays, goes with its sentence, or was typed over.

    Parameters
    ----------
    chars
        The passage as the file showed it when it was made.
    wanted
        What the file says now.
    value_after
        What a placeholder will bring after the merge.
    """
    outcome = Guarded()
    letters = list(wanted)
    freed: set[int] = set()
    for _ in range(2 * len(passage.runs()) + 1):
        spans = _touched(chars, letters, freed)
        if not spans:
            break
        number, name, shown, (start, stop) = spans[0]
        freed.add(number)
        found = _reading(shown, letters[start:stop])
        if found is None:
            _follow_moved(chars, letters, number)
            continue  # moved, or gone with its sentence
        first, last = start + found[0], start + found[1]
        said = "".join(one.text for one in letters[first:last])
        answer = (
            "folder"
            if said in (shown, value_after(name))
            else _ask(outcome, passage, name, said, value_after(name), decisions)
        )
        if answer == "file" and name in BY_NAME:
            outcome.figures[BY_NAME[name]] = said
        if answer in ("file", "folder"):
            look = letters[first].look
            letters[first:last] = [Wanted(char, look) for char in shown]
            freed.discard(number)
    outcome.wanted = _placed(chars, letters, freed)
    return outcome


def _ask(
    outcome: Guarded, passage: Passage, name: str, said: str, now: str, decisions: Decisions
) -> Choice | None:
    cell = BY_NAME.get(name)
    choices: tuple[Choice, ...] = ("file", "folder", "text") if cell else ("folder", "text")
    key = f"{passage.name}.{name}"
    answer = decisions.answer(key, choices)
    if answer is None:
        where = f"表里（{place(cell)}）" if cell else f"report.yml 的 {name} "
        why = f"这句话说的是 {said}，{where}是 {now}，以哪个为准？"
        outcome.questions.append(Question(key, passage.where, why, said, now, choices))
    return answer


Span = tuple[int, str, str, tuple[int, int]]


def _touched(chars: Sequence[Char], letters: Sequence[Wanted], freed: set[int]) -> list[Span]:
    """Return the placeholders that do not stand unchanged: number, name, what they brought, and what stands there instead."""
    codes = opcodes("".join(one.text for one in chars), "".join(one.text for one in letters))
    found: list[Span] = []
    for number, (name, start, stop) in _runs(chars).items():
        if number in freed or any(
            kind == "equal" and i1 <= start and stop <= i2 for kind, i1, i2, _, _ in codes
        ):
            continue
        own = [code for code in codes if code[1] < stop and code[2] > start]
        first = own[0][3] + (start - own[0][1] if own[0][0] == "equal" else 0)
        last = own[-1][4] - (own[-1][2] - stop if own[-1][0] == "equal" else 0)
        found.append((number, name, "".join(one.text for one in chars[start:stop]), (first, last)))
    return found


def _runs(chars: Sequence[Char]) -> dict[int, tuple[str, int, int]]:
    runs: dict[int, tuple[str, int, int]] = {}
    for offset, char in enumerate(chars):
        if char.placeholder:
            number, name = char.placeholder
            runs[number] = (name, runs.get(number, (name, offset, 0))[1], offset + 1)
    return runs


def _reading(shown: str, letters: Sequence[Wanted]) -> tuple[int, int] | None:
    """Return what of a text stands in the place of a value; None where it simply is gone."""
    text = "".join("\0" if one.placeholder else one.text for one in letters)
    if not _NUMBER.fullmatch(shown):
        return (0, len(text)) if text.strip("\0 ") else None
    found = _NUMBER.search(text) or _CHINESE.search(text)
    return found.span() if found else None


def _follow_moved(chars: Sequence[Char], letters: list[Wanted], number: int) -> None:
    """Find a placeholder that was moved with its words within the passage, by the value and the two characters before it."""
    name, start, stop = _runs(chars)[number]
    wanted = "".join(one.text for one in chars[max(0, start - 2) : stop])
    text = "".join(one.text for one in letters)
    for kind, _, _, j1, j2 in opcodes("".join(one.text for one in chars), text):
        at = text.find(wanted, max(0, j1 - 2), j2) if kind != "equal" else -1
        first, last = at + len(wanted) - (stop - start), at + len(wanted)
        if (
            at >= 0
            and not text[last : last + 1].isdigit()
            and not any(one.placeholder for one in letters[first:last])
        ):
            letters[first:last] = [
                replace(one, placeholder=MOVED + number, name=name) for one in letters[first:last]
            ]
            return


def _placed(chars: Sequence[Char], letters: Sequence[Wanted], freed: set[int]) -> list[Wanted]:
    """Return the wanted characters, those that a placeholder brings named so."""
    placed = list(letters)
    for kind, i1, i2, j1, _ in opcodes(
        "".join(one.text for one in chars), "".join(one.text for one in letters)
    ):
        for step in range(i2 - i1) if kind == "equal" else ():
            number, name = chars[i1 + step].placeholder or (0, "")
            number, name = (0, "") if number in freed else (number, name)
            placed[j1 + step] = replace(placed[j1 + step], placeholder=number, name=name)
    return placed


def said_by(line: Line, name_of: Callable[[str, str], str]) -> list[Wanted]:
    """Return what a line of the file says, with the placeholders whose marks it still has around what they brought.

    Parameters
    ----------
    name_of
        Gives the name of the placeholder by its mark (``overview_3_1``) if the text is what it brought, else nothing.
    """
    wanted: list[Wanted] = []
    for mark, group in groupby(line.letters, key=lambda one: next(filter(is_placeholder, one.marks), "")):
        letters = list(group)
        name = name_of(mark, "".join(one.text for one in letters)) if mark else ""
        number = 2 * MOVED + len(wanted) if name else 0
        wanted += [Wanted(one.text, one.look, number, name) for one in letters]
    return wanted


def is_placeholder(mark: str) -> bool:
    """Return whether a mark names a placeholder."""
    found = _PLACE.fullmatch(mark)
    return found is not None and found[1] in PROSE


_PLACE = re.compile(r"([a-z]+)_[0-9]{1,5}_[0-9]{1,5}")

MOVED = 10_000
"""Numbers of placeholders that stand elsewhere now begin here; a passage has fewer of its own."""
