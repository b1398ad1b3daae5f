"""The corpus of claims: sentences with right and with wrong numbers, and what the rules say of them.

``claims_corpus/README.md`` tells what the files hold and how they were made.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from helpers import checks
from helpers.report.figures import Rows
from helpers.report.folder import Report, save
from helpers.report.form import FORM, RESULTS, TOTAL
from helpers.report.settings_file import Contact

PLACE = Path(__file__).parent / "claims_corpus"
PARTS = (
    "develop",
    "develop_2",
    "develop_3",
    "held_out",
    "unseen",
    *(f"blind_{part}" for part in range(1, 25)),
)
RULES = frozenset({"T-CLAIM", "T-PARTS"})
_PER_FOLDER = 200
_YEAR = 2024
_TAG = re.compile(r"\{(?P<name>[^}]+)\}")
_DIGITS, _UNITS = "零一二三四五六七八九", ("", "十", "百", "千")


@dataclass(frozen=True)
class Sentence:
    """A sentence as it stands in the prose of one organ; ``wrong`` is the number that was changed."""

    text: str
    organ: str
    heading: str
    wrong: str = ""


@dataclass
class Score:
    """What the rules found in one part of the corpus: by level, each sentence that they name."""

    wrong: int = 0
    missed: list[Sentence] = field(default_factory=list)
    right: int = 0
    accused: list[tuple[Sentence, str, str]] = field(default_factory=list)
    """Right sentences with the level and the message of what was found in them."""

    @property
    def recall(self) -> float:
        """Share of the wrong numbers that are found."""
        return 1 - len(self.missed) / self.wrong


def score(part: str) -> Score:
    """Judge all sentences of one file of the corpus."""
    result = Score()
    sentences = list(_sentences(part))
    for sentence, found in zip(sentences, _judge(sentences), strict=True):
        if sentence.wrong:
            result.wrong += 1
            if not found:
                result.missed.append(sentence)
            continue
        result.right += 1
        if found:
            result.accused.append((sentence, *found))
    return result


# Sentences ------------------------------------------------------------------------------------------------------------


def _load(name: str) -> Any:
    return yaml.safe_load((PLACE / f"{name}.yml").read_text(encoding="utf-8"))


def _sentences(part: str) -> Iterator[Sentence]:
    corpus = _load(part)
    for item in corpus["stated"]:
        yield from _with_each_number_changed(item["text"], item.get("figures", "county"))
    for item in corpus.get("none", []):
        for heading in _headings(item["text"]):
            yield Sentence(item["text"], "nought", heading)
            yield Sentence(item["text"], "county", heading, wrong="none")
    for item in corpus["silent"]:
        text, organ = (
            (item, "county") if isinstance(item, str) else (item["text"], item.get("figures", "county"))
        )
        numbers = [_number(tag["name"], organ) for tag in _TAG.finditer(text)]
        for heading in ("（二）依申请公开", "（一）主动公开"):
            yield Sentence(_filled(text, numbers), organ, heading)


def _with_each_number_changed(text: str, organ: str) -> Iterator[Sentence]:
    (heading,) = _headings(text)
    tags = list(_TAG.finditer(text))
    numbers = [_number(tag["name"], organ) for tag in tags]
    yield Sentence(_filled(text, numbers), organ, heading)
    for place, tag in enumerate(tags):
        if tag["name"].startswith("before:"):
            continue
        for other in _changed(numbers[place]):
            yield Sentence(
                _filled(text, [*numbers[:place], other, *numbers[place + 1 :]]), organ, heading, other
            )


def _headings(text: str) -> list[str]:
    """Return the heading under which a sentence stands in a report."""
    names = (re.split(r"[+/^:]", tag["name"].removeprefix("before:"))[0] for tag in _TAG.finditer(text))
    figure = next((_names()[name] for name in names if name in _names()), None)
    if figure:
        disclosed = figure.split(".")[0] in FORM.tables["disclosure"].row
    else:
        disclosed = re.search("许可|处罚|强制|规范性", text) is not None
    return ["（一）主动公开" if disclosed else "（二）依申请公开"]


def _filled(text: str, numbers: list[str]) -> str:
    rest = iter(numbers)
    return _TAG.sub(lambda _: next(rest), text)


def _changed(number: str) -> Iterator[str]:
    """Yield a number with two digits swapped, where they differ, and one more (in the digits before the point)."""
    if number[0] in _DIGITS + "十百千":
        value = next(value for value in range(10_000) if _chinese(value) == number)
        yield from (_chinese(int(other)) for other in _changed(str(value)))
        return
    whole, point, rest = number.partition(".")
    for place in range(len(whole) - 1):
        left, right = whole[place], whole[place + 1]
        if left != right and (place or right != "0"):
            yield f"{whole[:place]}{right}{left}{whole[place + 2 :]}{point}{rest}"
            break
    yield f"{int(whole) + 1}{point}{rest}"


def _chinese(value: int) -> str:
    """Write 1 to 9999 as people do: 十二, 一百零三, 三百一十八."""
    digits = str(value)
    text = "".join(
        _DIGITS[int(digit)] + (_UNITS[len(digits) - place - 1] if digit != "0" else "")
        for place, digit in enumerate(digits)
    )
    text = re.sub("零+", "零", text).rstrip("零")
    return text.removeprefix("一") if text.startswith("一十") else text


# Figures --------------------------------------------------------------------------------------------------------------


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = _load("figures")["names"]
    return names


@cache
def _figures(organ: str) -> dict[str, Rows]:
    made: dict[str, Any] = _load("figures")[organ]
    columns = {name: list(table.column) for name, table in FORM.tables.items()}
    disclosure = {row: [made.get("disclosure", {}).get(row, 0)] for row in FORM.tables["disclosure"].row}
    disclosure["fees"] = [Decimal(disclosure["fees"][0])]
    rows = {"disclosure": disclosure}
    for name in ("applications", "proceedings"):
        given = made.get(name, {})
        blank = [0] * (len(columns[name]) - 1)
        rows[name] = {row: [*(line := given.get(row, blank)), sum(line)] for row in FORM.tables[name].row}
    return {
        name: {row: dict(zip(columns[name], figures, strict=True)) for row, figures in rows[name].items()}
        for name in columns
    }


def _number(name: str, organ: str) -> str:
    """Write the number that a tag stands for."""
    if name.startswith("="):
        return name[1:]
    if name.startswith("before:"):
        return _number(name.removeprefix("before:"), f"{organ}_before")
    if name.endswith(":汉"):
        return _chinese(int(_value(name.removesuffix(":汉"), organ)))
    if "/" in name:
        part, whole = name.split("/")
        return f"{100 * _value(part, organ) / _value(whole, organ):.2f}"
    if "^" in name:
        key, _, percent = name.partition("^")
        before = _value(key, f"{organ}_before")
        change = abs(_value(key, organ) - before)
        return f"{100 * change / before:.2f}" if percent else f"{change.normalize():f}"
    return f"{_value(name, organ).normalize():f}"


def _value(name: str, organ: str) -> Decimal:
    return Decimal(sum(_cells(_names()[part], organ) for part in name.split("+")))


def _cells(expression: str, organ: str) -> Decimal:
    """Sum what an entry of ``names`` stands for: row, row.column, group_*, joined by +."""
    total = Decimal(0)
    for part in expression.split("+"):
        row, _, column = part.partition(".")
        rows = [one for one in RESULTS if one.startswith(row[:-1])] if row.endswith("_*") else [row]
        (table,) = (name for name, one in FORM.tables.items() if rows[0] in one.row)
        column = column or (TOTAL if table != "disclosure" else "value")
        total += sum((Decimal(_figures(organ)[table][one][column] or 0) for one in rows), Decimal(0))
    return total


# The rules ------------------------------------------------------------------------------------------------------------


def _judge(sentences: list[Sentence]) -> Iterator[tuple[str, str] | None]:
    """Yield for each sentence the level and message of what the rules find in it; many stand in one report."""
    found: dict[Sentence, tuple[str, str]] = {}
    with tempfile.TemporaryDirectory() as place:
        for organ in dict.fromkeys(sentence.organ for sentence in sentences):
            own = [sentence for sentence in sentences if sentence.organ == organ]
            for start in range(0, len(own), _PER_FOLDER):
                found |= _findings(Path(place), organ, own[start : start + _PER_FOLDER])
    return (found.get(sentence) for sentence in sentences)


def _findings(place: Path, organ: str, sentences: list[Sentence]) -> dict[Sentence, tuple[str, str]]:
    folder = _save(place, organ, "".join(f"{one.heading}\n\n{one.text}\n\n" for one in sentences))
    levels = ("error", "warning", "info")
    found: dict[Sentence, tuple[str, str]] = {}
    verdict = checks.check(folder)
    for one in sorted(verdict.findings, key=lambda one: levels.index(one.level)):
        if one.rule in RULES and one.file == "overview.md" and one.line:
            found.setdefault(sentences[(one.line - 1) // 4], (one.level, one.message))
    return found


def _save(place: Path, organ: str, overview: str) -> Path:
    made: dict[str, Any] = _load("figures")[organ]
    previous = made.get("previous")
    if previous:
        _save(place, previous, "略。")
    report = Report(
        folder=place / organ,
        organ=made["organ"],
        short_name=made["short_name"],
        level=made["level"],
        year=_YEAR - organ.endswith("_before"),
        contact=Contact("办公室", "0"),
        published=None,
        previous=previous and f"../{previous}",
        parent=None,
        information_fee_yuan=0,
        explanations={},
        figures=_figures(organ),
        prose={"overview": overview, "problems": "略。", "other": "没有收取信息处理费。"},
    )
    save(report, place / organ)
    return place / organ


def described(parts: Iterable[str] = PARTS) -> list[list[str]]:
    """Return one row a part: wrong numbers, how many are found, right sentences, how many are accused and of what level."""
    rows = []
    for part in parts:
        result = score(part)
        levels = [level for _, level, _ in result.accused]
        accused = f"{levels.count('error')} errors, {len(levels) - levels.count('error')} warnings"
        rows.append([part, str(result.wrong), f"{result.recall:.1%}", str(result.right), accused])
    return rows
