"""Whole passages added, moved and taken away in Markdown files."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from helpers.document.passages import Passage, passages
from helpers.document.placeholders import Context
from helpers.files.reading import SourceError
from helpers.merge.outcome import ProseChange
from helpers.merge.resolved import Line


@dataclass(frozen=True)
class Unit:
    """A line of the file in its place: the passage it is and that one's place when the file was made, or a new line."""

    passage: Passage | None
    line: Line | None
    order: int


@dataclass
class Arranged:
    """New Markdown by section; sections where Markdown cannot have it so, with what they should say."""

    texts: dict[str, str] = field(default_factory=dict)
    changes: list[ProseChange] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Placed:
    """A block to be put behind a passage (None: at the beginning), or before one in its list; new or moved there."""

    after: Passage | None
    before: Passage | None
    written: str
    shown: str
    prefix: str
    moved: bool


def arranged(
    texts: Mapping[str, str],
    wanted: Mapping[str, Sequence[Unit]],
    deleted: Collection[str],
    block: Callable[[Line, str], tuple[str, str] | None],
    context: Context,
) -> Arranged:
    """Return the Markdown files with their passages in the order of the file.

    Parameters
    ----------
    texts
        Markdown by section, passages numbered as in the units.
    wanted
        Lines of the file by section, in their order.
    deleted
        Names of the passages that go.
    block
        Writes a new line as Markdown, given what stands before the text of its neighbour.
    """
    result = Arranged()
    now = {name: {one.name: one for one in passages(text, name, context)} for name, text in texts.items()}
    moved = {
        unit.passage.name: section
        for section, units in wanted.items()
        for unit in units
        if unit.passage
        and (unit in _out_of_order(section, units))
        and not _stands_there(unit, units, now.get(section, {}))
    }
    for section, units in wanted.items():
        own = now.get(section)
        if own is None:
            continue
        added = _added(section, units, now, moved, block, texts)
        gone = [one for one in own.values() if one.name in deleted or one.name in moved]
        if None in added:
            result.refused[section] = "\n".join(unit.line.text for unit in units if unit.line)
        elif added or gone:
            _rebuild(result, section, texts[section], own, [one for one in added if one], gone, context)
    if any(moved[name] in result.refused or name.partition(".")[0] in result.refused for name in moved):
        # A passage that moves between two files stands in both or in neither.
        result.refused |= dict.fromkeys(result.texts, "")
        result.texts, result.changes = {}, []
    return result


def _out_of_order(section: str, units: Sequence[Unit]) -> list[Unit]:
    """Return the units that moved: as few as possible, the others stand in their old order."""
    known = [unit for unit in units if unit.passage]
    staying = [unit for unit in known if unit.passage and unit.passage.section == section]
    best: list[list[Unit]] = []
    for place, unit in enumerate(staying):
        before = [best[other] for other in range(place) if staying[other].order < unit.order]
        best.append([*max(before, key=len, default=[]), unit])
    kept = max(best, key=len, default=[])
    return [unit for unit in known if unit not in kept]


def _stands_there(unit: Unit, units: Sequence[Unit], own: Mapping[str, Passage]) -> bool:
    """Return whether a passage already follows in the folder what it follows in the file."""
    if unit.passage is None or unit.passage.name not in own:
        return False
    known = [one.passage.name for one in units if one.passage]
    at = known.index(unit.passage.name)
    names = [name for name in own if name in known]
    return (
        names.index(unit.passage.name) > 0
        and at > 0
        and names[names.index(unit.passage.name) - 1] == known[at - 1]
    )


def _added(
    section: str,
    units: Sequence[Unit],
    now: Mapping[str, Mapping[str, Passage]],
    moved: Mapping[str, str],
    block: Callable[[Line, str], tuple[str, str] | None],
    texts: Mapping[str, str],
) -> list[_Placed | None]:
    """Return what is to be put in, each behind the last passage before it that stays; None for what cannot be written."""
    placed: list[_Placed | None] = []
    anchor: Passage | None = None
    for at, unit in enumerate(units):
        if unit.passage is not None and unit.passage.name not in moved:
            anchor = now[section].get(unit.passage.name, anchor)
            continue
        staying = (one.passage for one in units[at:] if one.passage and one.passage.name not in moved)
        follower = next((now[section].get(one.name) for one in staying), None)
        items = [one for one in (anchor, follower) if one is not None and one.kind == "item"]
        if unit.passage is not None:
            origin = now[unit.passage.section][unit.passage.name]
            written = texts[origin.section][origin.start : origin.end].rstrip("\r\n")
            shown, listed = origin.shown, origin.prefix if origin.kind == "item" else ""
        elif unit.line is not None:
            prefix = items[0].prefix if items else "- "
            new = block(unit.line, prefix)
            if new is None:
                placed.append(None)
                continue
            written, shown = new
            listed = prefix if unit.line.listed and written.startswith(prefix) else ""
        first = follower if listed and items and (anchor is None or anchor.kind != "item") else None
        placed.append(_Placed(anchor, first, written, shown, listed, moved=unit.passage is not None))
    return placed


def _rebuild(
    result: Arranged,
    section: str,
    text: str,
    own: Mapping[str, Passage],
    added: Sequence[_Placed],
    gone: Sequence[Passage],
    context: Context,
) -> None:
    """Put in and take away, from the end to the beginning; what then reads otherwise than wanted is refused."""
    line_break = "\r\n" if "\r\n" in text else "\n"
    shown = _expected(own, added, gone)
    if shown == [one.shown for one in own.values()]:
        return  # it reads so already
    edits = [(*_with_blank(text, one), "") for one in gone]
    edits += [_insertion(text, one, line_break) for one in added]
    new = text
    for start, end, written in reversed(_in_order(edits)):
        new = new[:start] + written + new[end:]
    try:
        reads = [one.shown for one in passages(new, section, context)]
    except SourceError:
        reads = []
    if reads != shown:
        result.refused[section] = "\n".join(shown)
        return
    result.texts[section] = new
    result.changes += [
        ProseChange(section, "moved" if one.moved else "added", "", one.shown) for one in added
    ]


def _in_order(edits: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Sort edits by place; several at one place keep their order, and become one."""
    joined: list[tuple[int, int, str]] = []
    for start, end, written in sorted(edits, key=lambda edit: edit[0]):
        if joined and joined[-1][0] == start and (joined[-1][1] == start or end == start):
            before = joined.pop()
            joined.append((start, max(end, before[1]), before[2] + written))
        elif joined and start < joined[-1][1]:
            before = joined.pop()
            joined.append((before[0], max(end, before[1]), before[2] + written))
        else:
            joined.append((start, end, written))
    return joined


def _with_blank(text: str, passage: Passage) -> tuple[int, int]:
    """Return where a passage begins and ends together with the blank lines on one side, which would else be two rows of them."""
    if passage.kind == "item":
        return passage.start, passage.end
    blank = re.compile(r"(?:[ \t]*\r?\n)*").match(text, passage.end)
    end = blank.end() if blank else passage.end
    start = passage.start
    if end == len(text):
        before = text[:start].rstrip()
        start = len(before) + len(re.match(r"[ \t]*(?:\r?\n)?", text[len(before) :])[0])  # type: ignore[index]  # it matches anything
    return start, end


def _insertion(text: str, placed: _Placed, line_break: str) -> tuple[int, int, str]:
    after = placed.after
    if placed.before is not None:
        return placed.before.start, placed.before.start, f"{placed.written}{line_break}"
    if after is None:
        return 0, 0, placed.written + 2 * line_break
    if after.kind == "item" and placed.prefix.strip() and after.prefix.strip():
        at = after.end
        lead = "" if text[:at].endswith("\n") else line_break
        return at, at, f"{lead}{placed.written}{line_break}"
    at = after.block[1]
    lead = line_break if text[:at].endswith("\n") else 2 * line_break
    return at, at, f"{lead}{placed.written}{line_break}"


def _expected(own: Mapping[str, Passage], added: Sequence[_Placed], gone: Sequence[Passage]) -> list[str]:
    """Return what the section shall say, passage by passage."""
    shown = [one.shown for one in added if one.after is None and one.before is None]
    ends = {}
    for one in own.values():
        ends[one.block] = one.name
    waiting: list[str] = []
    for one in own.values():
        shown += [new.shown for new in added if new.before is not None and new.before.name == one.name]
        if one not in gone:
            shown.append(one.shown)
        for new in added:
            if new.before is None and new.after is not None and new.after.name == one.name:
                waiting.append(new.shown)
                if new.after.kind == "item" and new.prefix.strip():
                    shown.append(waiting.pop())
        if ends[one.block] == one.name:
            shown += waiting
            waiting = []
    return shown
