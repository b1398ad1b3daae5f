"""Numbers in running text, placed by the label that stands before them: text without cells, rows torn apart.

The section of a table is taken as one string: labels, and runs of digits between them. A run belongs to the label right
before it, and it must fall into as many figures as the row has.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpers.intake.matching.collected import (
    APPLICATIONS,
    DISCLOSURE,
    OTHER_HANDLING,
    PROCEEDINGS,
    Readings,
    Slot,
    columns_hold,
    sums_hold,
)
from helpers.intake.matching.glued import proven, split
from helpers.intake.matching.labels import (
    APPLICATION_ROWS,
    BLOCKS,
    CONTENTS,
    METRICS,
    PROCEEDING_SLOTS,
    metric,
)
from helpers.intake.matching.model import Block, Cell, Grid
from helpers.intake.matching.similarity import clean, find, normal
from helpers.report.form import AMOUNTS, FORM

# A digit before a dot and a Chinese character numbers a label, even where it is glued to the digits before it.
_NUMBERING = re.compile(r"[(（](\d)[)）]|([1-9])[.、．](?=\s*[\u4e00-\u9fff“\"])")
_CUT = "\2"
"""Marks the number of a label where a digit stands right before it, so that it may be the digit's own."""

_MASK = str.maketrans("123456789", "一二三四五六七八九")
_NUMBER = r"\.?\d[\d,]*(?:\.\d+)?"  # of .5 the point must not get lost
_RUN = re.compile(rf"{_NUMBER}(?:[\s|]+{_NUMBER})*")
_NONE = r"(?:[/\\×*—–−-]|(?<![^\s|])(?:无|没有|暂无|未发生|不涉及|不适用)(?![^\s|]))"
_NONE_AT_END = re.compile(rf"{_NONE}[\s|]*$")
_NONE_AT_START = re.compile(rf"[\s|]*{_NONE}")
_REGULAR_ROWS = 20
_NO_HEAD = "看不到完整的表头，各数之和又不等于总计，分不清各属哪一列"


@dataclass(frozen=True, eq=False)
class Run:
    """Digits between two stretches of words.

    Attributes
    ----------
    one_line
        The label and the digits are a line of their own.
    even
        The digits are all on one line, or each on a line of its own.
    apart
        Several figures share a line that does not hold their label.
    """

    before: str
    tokens: tuple[str, ...]
    after: str
    one_line: bool
    even: bool
    apart: bool


def flatten(blocks: Sequence[Block]) -> str:
    """Text of blocks in reading order, each cell once, a line a row."""
    lines = []
    for block in blocks:
        if not isinstance(block, Grid):
            lines.append(block.text)
            continue
        seen: set[Cell] = set()
        for row in block.rows:
            cells = [cell for cell in dict.fromkeys(row) if cell is not None and cell not in seen]
            seen.update(cells)
            # What cannot be trusted in a cell must not become a number here.
            lines.append("\t".join("?" if cell.doubt else " ".join(cell.text.split()) for cell in cells))
    return "\n".join(lines)


def runs(text: str) -> list[Run]:
    """All runs of digits of a text with the words around them; numbers of labels count as words."""
    folded = unicodedata.normalize("NFKC", clean(text.replace("\t", " | ")))
    masked = _NUMBERING.sub(_mask, folded)
    found = list(_RUN.finditer(masked))
    edges = [0, *(one.end() for one in found)]
    starts = [*(one.start() for one in found), len(masked)]
    words = [masked[edge:start] for edge, start in zip(edges, starts, strict=True)]
    return [
        Run(
            before=before,
            tokens=tuple(re.split(r"[\s|]+", one.group())),
            after=after,
            one_line=not after.startswith(_CUT) and _is_line(before, one.group(), after),
            even=len({"\n" in gap for gap in re.findall(r"[\s|]+", one.group())}) < 2,
            apart=not normal(before.rpartition("\n")[2]) and bool(re.search(r"\d[ |]+\d", one.group())),
        )
        for one, (before, after) in zip(found, pairwise(words), strict=True)
    ]


def _mask(found: re.Match[str]) -> str:
    glued = found.string[: found.start()][-1:].isdigit()
    return f"{_CUT if glued else ' '}{(found[1] or found[2]).translate(_MASK)}、"


def _is_line(before: str, digits: str, after: str) -> bool:
    label, rest = before.rpartition("\n")[2], after.lstrip(" |")
    return bool(normal(label)) and "\n" not in digits and (not rest or rest.startswith("\n"))


def _as_words(label: str) -> str:
    return normal(label.translate(_MASK))


_APPLICATION_WORDS = {key: _as_words(label) for key, label in APPLICATION_ROWS.items()}
_CONTENT_WORDS = {content: _as_words(content) for content in CONTENTS}


def _label_before(words: str, labels: dict[str, str]) -> str | None:
    """Key of the label with which a stretch of words ends; a short one must stand alone on its line."""
    text = normal(words)
    ending = [key for key, label in labels.items() if text.endswith(label)]
    if ending:
        return max(ending, key=lambda key: len(labels[key]))
    last = re.split(r"[\n|]", words.rstrip(" \n|"))[-1]
    return find(last, labels)


def _label_after(words: str, labels: dict[str, str]) -> str | None:
    """Key of the label with which a stretch of words begins."""
    text = normal(words)
    beginning = [key for key, label in labels.items() if text.startswith(label)]
    return max(beginning, key=lambda key: len(labels[key])) if beginning else None


def _placed(found: Sequence[Run], labels: dict[str, str]) -> list[tuple[str, Run]]:
    """Each run with the key of its label: the one before it, or, where all labels stand below, the one behind it.

    A label on the line of its digits is theirs. On lines of their own, labels and digits must take turns from the first
    to the last; where one is missing at an end, nobody can tell which belongs to which.
    """
    above = [_label_before(run.before, labels) or _label_around(run, labels) for run in found]
    below = [_label_after(run.after, labels) for run in found]
    near = [place for place in range(len(found)) if above[place] or below[place]]
    if not near:
        return []
    if above[0] and not below[near[-1]]:
        sides = above
    elif not above[0] and all(below[place] for place in (*near, -1)):
        sides = below
    else:
        sides = [
            _label_before(run.before.rpartition("\n")[2], labels) if run.one_line else None for run in found
        ]
    # A dash, a slash or 无 between label and digits is the row's first or last cell: the digits are not all of the row.
    return [
        (key, run)
        for key, run in zip(sides, found, strict=True)
        if key and not _NONE_AT_END.search(run.before) and not _NONE_AT_START.match(run.after)
    ]


def _label_around(run: Run, labels: dict[str, str]) -> str | None:
    """Key of the label that begins before the run and goes on behind it (numbers centred beside two lines)."""
    before, after = normal(run.before), normal(run.after)
    for key, label in labels.items():
        for cut in range(4, len(label) - 1):
            if before.endswith(label[:cut]) and after.startswith(label[cut:]):
                return key
    return None


def read(readings: Readings, sections: dict[str, list[Block]]) -> None:
    """Read what the grids of the three sections did not give.

    Where a section has a grid whose columns line up, its heads have failed to place these numbers; then only the sums of
    the form can confirm their order.
    """
    blocks = {name: sections.get(name, []) for name in FORM.tables}
    texts = {name: flatten(own) for name, own in blocks.items()}
    ruled = {
        name: any(isinstance(block, Grid) and block.aligned for block in own) for name, own in blocks.items()
    }
    if not ruled[DISCLOSURE]:
        _read_disclosure(readings, texts[DISCLOSURE])
    _read_applications(readings, texts[APPLICATIONS], ruled=ruled[APPLICATIONS])
    _read_proceedings(readings, texts[PROCEEDINGS], ruled=ruled[PROCEEDINGS])


def _from_heads(text: str, *heads: str) -> str:
    """Text from the heads of a table on: what stands before them is none of its rows."""
    places = [place for head in heads if (place := text.find(head)) >= 0]
    return text[min(places, default=0) :]


def _read_applications(readings: Readings, text: str, *, ruled: bool) -> None:
    columns = list(FORM.tables[APPLICATIONS].column)
    order = not ruled and _in_order(text, [column.label for column in FORM.tables[APPLICATIONS].columns])
    heads = (FORM.tables[APPLICATIONS].spanner, FORM.tables[APPLICATIONS].columns[0].label)
    labelled = _placed(runs(_from_heads(text, *heads)), _APPLICATION_WORDS)
    # Where no row lacks a number or has one too many, no row can hide a blank.
    counts = [len(run.tokens) for _, run in labelled]
    regular = len(counts) >= _REGULAR_ROWS and set(counts) == {len(columns)}
    glued = _glued([run for _, run in labelled], len(columns))
    parted: dict[str, str] = {}
    for key, run in labelled:
        single = key == f"#{OTHER_HANDLING}"
        done = bool(readings.other_handling) if single else readings.has(APPLICATIONS, key)
        settled = (APPLICATIONS, key.removeprefix("#")) in readings.settled
        if done or settled or (key.startswith("#") and not single):
            continue
        single_line = run.one_line or (regular and not run.after.startswith(_CUT))
        figures = _row(run.tokens, len(columns), ordered=order and single_line, glued=glued)
        if not figures:
            why = f"这些数字分不成 {len(columns)} 列，或者分法不止一种"
            readings.fail(APPLICATIONS, key.removeprefix("#"), run.tokens, why)
            continue
        readings.spoken[APPLICATIONS].update(filter(str.isdigit, "".join(figures)))
        if single:
            readings.put_other_handling([Cell(figure) for figure in figures])
            continue
        readings.put(
            [(APPLICATIONS, key, column) for column in columns], [Cell(figure) for figure in figures]
        )
        if len(run.tokens) < len(figures) and set(figures) != {"0"}:
            parted[key] = " ".join(run.tokens)
    if parted and not columns_hold({slot: read.reading.value for slot, read in readings.read.items()}):
        for key, text in parted.items():
            readings.doubt(APPLICATIONS, key, text, "是连在一起的数字，照各行之和分开以后，各列之和不相等")


def _row(tokens: Sequence[str], count: int, *, ordered: bool, glued: bool) -> list[str] | None:
    """Figures of one row where they are certain: ``ordered`` below the heads, or by their sum."""
    cut = split(tokens, count)
    if cut and (
        (cut[1] and ordered)
        or (len(tokens) == count and sums_hold(APPLICATIONS, [int(one) for one in cut[0] if one.isdigit()]))
    ):
        return cut[0]
    return proven(tokens, [count]) if glued and len(tokens) < count else None


def _read_disclosure(readings: Readings, text: str) -> None:
    found = runs(_from_heads(text, FORM.tables[DISCLOSURE].stubhead))
    placed = {run: content for content, run in _placed(found, _CONTENT_WORDS)}
    head: set[str] = set()
    for run in found:
        head = _metrics_in(run.before) or head
        if run not in placed:
            continue
        metrics = METRICS[placed[run]]
        slots: list[Slot] = [(DISCLOSURE, key, "value") for key in metrics.values()]
        if any(slot in readings.read or slot[:2] in readings.settled for slot in slots):
            continue
        cut = split(run.tokens, len(metrics))
        if cut and cut[1] and not run.apart and set(metrics) <= head and not _plain_decimal(metrics, cut[0]):
            readings.put(slots, [Cell(figure) for figure in cut[0]])
            readings.spoken[DISCLOSURE].update(filter(str.isdigit, "".join(cut[0])))
        else:
            for _, key, _ in slots:
                why = "前面没有看到统一格式的表头" if not set(metrics) <= head else "数字和表头的列数对不上"
                readings.fail(DISCLOSURE, key, run.tokens, why)


def _glued(found: Sequence[Run], count: int) -> bool:
    """Return whether digits of neighbouring cells run together (``02`` is no number), and no row lacks any."""
    seen = any(re.match(r"0\d", token) for run in found for token in run.tokens)
    return seen and all(sum(map(len, run.tokens)) >= count for run in found)


def _plain_decimal(metrics: dict[str, str], figures: Sequence[str]) -> bool:
    """Return whether a decimal stands where a count should be."""
    return not set(metrics.values()) & AMOUNTS and any("." in figure for figure in figures)


def _metrics_in(words: str) -> set[str]:
    """Heads of the disclosure table that stand between two runs; a set with none of ours where they are others."""
    lines = [piece for piece in re.split(r"[\s|]+", words) if piece]
    found = {label for piece in lines if (label := metric(piece))}
    text = normal(words)
    found |= {label for metrics in METRICS.values() for label in metrics if normal(label) in text}
    if not found and "信息内容" in text:
        return {""}
    return found


def _read_proceedings(readings: Readings, text: str, *, ruled: bool) -> None:
    if any(slot in readings.read for slot in PROCEEDING_SLOTS) or (PROCEEDINGS, "") in readings.settled:
        return
    results = [column.label for column in FORM.tables[PROCEEDINGS].columns]
    for run in runs(text):
        cut = split(run.tokens, len(PROCEEDING_SLOTS))
        order = not ruled and normal("".join(results * 2)) in normal(run.before)
        values = [int(figure) if figure.isdigit() else None for figure in cut[0]] if cut else []
        figures: list[str] | None = None
        if cut and len(run.tokens) == len(cut[0]):
            figures = cut[0] if sums_hold(PROCEEDINGS, values) or (cut[1] and order and run.even) else None
        elif len(run.tokens) == 1 or _glued([run], len(PROCEEDING_SLOTS)):
            figures = proven(run.tokens, [len(results)] * len(BLOCKS))
        if figures:
            readings.put(PROCEEDING_SLOTS, [Cell(figure) for figure in figures])
            readings.spoken[PROCEEDINGS].update(filter(str.isdigit, "".join(figures)))
        elif cut:
            readings.fail(PROCEEDINGS, "", run.tokens, _NO_HEAD)
        elif len(run.tokens) >= len(results):
            why = f"这些数字分不成 {len(PROCEEDING_SLOTS)} 列，或者分法不止一种"
            readings.fail(PROCEEDINGS, "", run.tokens, why)


def _in_order(text: str, labels: Sequence[str]) -> bool:
    """Return whether the heads of the columns stand in the text as the form prints them."""
    words = normal(text)
    longer = [normal(label) for label in labels if len(label) > 2]
    first, *rest = [words.find(label) for label in longer]
    return first >= 0 and all(place >= 0 for place in rest) and rest == sorted(rest)
