"""Findings: what a rule has to say about a report, and the rules' own level, stage and basis.

The rules stand as data in ``data/form/rules.yml``; whoever finds something names the rule and the rest follows.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import yaml

from helpers.form import FOLDER

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue.

    Attributes
    ----------
    level
        ``error``: the report must not be published; ``warning``: a person must look; ``info``.
    stage
        Stage in which the rule runs; a later stage may trust the earlier ones.
    basis
        Clause of law or place in the form the rule rests on, for people.
    text
        What the rule asks, one sentence.
    """

    id: str
    level: Severity
    stage: str
    basis: str
    text: str


@cache
def rules() -> dict[str, Rule]:
    """All rules by id, in the order of the catalogue."""
    data: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "rules.yml").read_text(encoding="utf-8"))
    return {name: Rule(name, **fields) for name, fields in data.items()}


@dataclass(frozen=True)
class Finding:
    """What a rule found, in the shape of ``check --json``.

    ``row`` and ``column`` are keys of the form, ``file`` a name inside the report folder, ``line`` counts from 1;
    each is None where the rule has none. ``expected`` and ``actual`` are texts as a person would write them.
    """

    rule: str
    level: Severity
    message: str
    table: str | None = None
    file: str | None = None
    line: int | None = None
    row: str | None = None
    column: str | None = None
    expected: str | None = None
    actual: str | None = None
    basis: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line for people: where, what, and the rule's id."""
        place = (
            "" if self.file is None else self.file if self.line is None else f"{self.file} 第 {self.line} 行"
        )
        return f"{place + '：' if place else ''}{self.message}〔{self.rule}〕"


def finding(rule: str, message: str, **where: Any) -> Finding:
    """Make a finding of ``rule``; level and basis come from the catalogue, ``where`` fills the other fields."""
    known = rules()[rule]
    return Finding(rule=rule, level=known.level, basis=known.basis, message=message, **where)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Only the findings that forbid publication."""
    return [found for found in findings if found.level == "error"]
