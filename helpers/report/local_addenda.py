"""What a province or city asks of its offices beyond the official form: one file a notice in ``data/form/local/``.

A folder names the file in ``report.yml`` (``local: gansu-wuwei``). The file is read against
``data/form/local.schema.json``; a file that is wrong is told with its own name and line.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.files.reading import SourceError
from helpers.files.yaml_text import Settings, read_yaml
from helpers.report.findings import suggestion
from helpers.report.form import FOLDER
from helpers.report.schema_faults import faults

PLACE = FOLDER / "local"


class AddendumError(Exception):
    """A name that is none, or a file that is wrong; the message says what, in Chinese."""


@dataclass(frozen=True)
class Demand:
    """Something the prose has to state.

    Attributes
    ----------
    topic
        Which of the five topics of section 1 it belongs to; empty for an item of section 6.
    name
        What has to be stated, for people.
    words
        Words by which it is recognised.
    units
        Units of the number that has to stand there; none where no number is asked for.
    levels
        The levels it is asked of; none means all.
    """

    key: str
    topic: str
    name: str
    words: tuple[str, ...]
    units: tuple[str, ...]
    levels: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as a hint for people."""
        return f"{self.name}（单位：{'、'.join(self.units)}）" if self.units else self.name


@dataclass(frozen=True)
class Addendum:
    """One notice: what it asks, of which years' reports; ``deadlines`` by level as (month, day) of the next year."""

    name: str
    region: str
    notice: dict[str, str]
    years: tuple[int, ...]
    facts: tuple[Demand, ...]
    items: tuple[Demand, ...]
    deadlines: dict[str, tuple[int, int]]

    def of(self, level: str | None) -> tuple[Demand, ...]:
        """Return what is asked of a level, facts of section 1 first."""
        return tuple(
            demand for demand in (*self.facts, *self.items) if not demand.levels or level in demand.levels
        )

    @property
    def cited(self) -> str:
        """The notice as messages name it."""
        return f"{self.region}的通知（{self.notice['number']}）"

    def last_day(self, level: str | None, year: int) -> date | None:
        """Return the last day for publication of the report on ``year``; None where the notice sets none."""
        day = self.deadlines.get(level or "")
        return None if day is None else date(year + 1, *day)


def names() -> list[str]:
    """Return what ``local`` may say."""
    return sorted(path.stem for path in PLACE.glob("*.yml"))


def addendum(name: str) -> Addendum:
    """Read an addendum by its name.

    Raises
    ------
    AddendumError
        There is none of that name, or its file is wrong.
    """
    if name not in names():
        raise AddendumError(f"没有“{name[:100]}”这个地方的补充要求{suggestion(name, names())}")
    path = PLACE / f"{name}.yml"
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> Addendum:
    shown = f"data/form/local/{path.name}"
    try:
        settings = read_yaml(path)
    except SourceError as error:
        raise AddendumError(_at(shown, error.line, error.message)) from None
    for fault in faults(settings, "local"):
        raise AddendumError(_at(shown, settings.line(fault.path), fault.message))
    value = settings.value
    facts, items = (
        tuple(
            Demand(
                one["key"],
                one.get("topic", ""),
                one["name"],
                *(tuple(one.get(part, ())) for part in ("words", "units", "levels")),
            )
            for one in value.get(kind, ())
        )
        for kind in ("facts", "items")
    )
    _distinct(settings, shown)
    deadlines = {level: _day(settings, shown, level) for level in value.get("deadlines", {})}
    return Addendum(
        path.stem, value["region"], value["notice"], tuple(value["years"]), facts, items, deadlines
    )


def _at(file: str, line: int | None, message: str) -> str:
    return f"{file}{f' 第 {line} 行' if line else ''}：{message}"


def _distinct(settings: Settings, shown: str) -> None:
    seen: set[Any] = set()
    for kind in ("facts", "items"):
        for number, one in enumerate(settings.value.get(kind, ())):
            if one["key"] in seen:
                line = settings.line((kind, number, "key"))
                raise AddendumError(_at(shown, line, f"键“{one['key']}”写了两次，请换一个"))
            seen.add(one["key"])


def _day(settings: Settings, shown: str, level: str) -> tuple[int, int]:
    text = settings.value["deadlines"][level]
    try:
        month, day = map(int, text.split("-"))
        date(2001, month, day)
    except ValueError:
        line = settings.line(("deadlines", level))
        message = f"公布时限写的是“{text}”，应是月-日，如 01-20"
        raise AddendumError(_at(shown, line, message)) from None
    return month, day
