"""Findings: what a rule has to say about a report, and the rules' own level, stage and basis.

The rules stand as data in ``data/form/rules.yml``; whoever finds something names the rule and the rest follows.
"""

import difflib
import sys
import traceback
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from helpers.files.digests import digest_of
from helpers.files.yaml_text import read_own_yaml
from helpers.report.form import FOLDER

_CODE = Path(__file__).resolve().parents[1]

Severity = Literal["error", "warning", "info"]

MOST_LISTED = 500
"""Findings of one kind that are listed; all cells of a report are two hundred."""


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
    data: dict[str, dict[str, Any]] = read_own_yaml(FOLDER / "rules.yml")
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
        return printable(f"{place + '：' if place else ''}{self.message}〔{self.rule}〕")


def finding(rule: str, message: str, **where: Any) -> Finding:
    """Make a finding of ``rule``; level and basis come from the catalogue, ``where`` fills the other fields."""
    known = rules()[rule]
    return Finding(rule=rule, level=known.level, basis=known.basis, message=message, **where)


def with_explanation(found: Finding, text: str) -> Finding:
    """Return a warning as information, with what report.yml says to it."""
    return replace(found, level="info", message=f"{found.message}（已说明：{text}）")


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Only the findings that forbid publication."""
    return [found for found in findings if found.level == "error"]


def listed(findings: Iterable[Finding]) -> list[Finding]:
    """Take findings of one kind until there are more than anybody reads; the last one then says that there are more.

    What would come after is not even looked for, so a folder made to be wrong everywhere costs no more than others.
    """
    taken = list(islice(findings, MOST_LISTED + 1))
    if len(taken) > MOST_LISTED:
        last = taken[-1]
        message = f"这样的问题有 {MOST_LISTED} 处以上，从这里起没有列出，请先改正前面的"
        taken[-1] = finding(last.rule, message, file=last.file, line=last.line)
    return taken


def shortened(value: Any) -> str:
    """Return a value as a message quotes it: in one line, not too long; 空 where there is none."""
    text = "空" if value is None else " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:40]}…"


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return what was perhaps meant by an unknown name, or all that can be meant, to end a sentence with."""
    close = difflib.get_close_matches(name[:100], known, n=1)
    return f"，是不是“{close[0]}”？" if close else f"，可用的有：{'、'.join(known)}"


def printable(text: str) -> str:
    """Return a text that a terminal only shows: control characters, and those that turn text round, as their escapes."""
    return "".join(
        char if unicodedata.category(char)[0] != "C" or char in "\n\t" else ascii(char)[1:-1] for char in text
    )


def unforeseen(error: BaseException) -> Finding:
    """Make a finding of an error nobody thought of (rule INTERNAL), so that it is reported and never ends other folders.

    It names the exception, its place in the program, and a short number that is the same wherever the same fault shows.
    ``python -X dev`` prints the traceback too.
    """
    if sys.flags.dev_mode:
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_CODE)] or frames
    place = f"{_named(ours[-1].filename)} 第 {ours[-1].lineno} 行" if ours else "位置不明"
    fault = f"{type(error).__name__}，{place}"
    number = digest_of([fault.encode()])[:8]
    said = shortened(printable(str(error)))
    return finding(
        "INTERNAL",
        f"程序自身出错（编号 {number}：{fault}：{said}），不一定是报告填错了；请把这句话连同文件夹交给维护程序的人",
    )


def _named(file: str) -> str:
    path = Path(file)
    return path.relative_to(_CODE).as_posix() if path.is_relative_to(_CODE) else path.name
