"""``report.yml``: the facts of a report, read against the schema in ``data/form/report.schema.json``."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from helpers.files.reading import SourceError, read_bytes
from helpers.files.yaml_text import Settings, parse_yaml, read_yaml
from helpers.report.findings import Finding, finding, listed, rules, shortened, suggestion
from helpers.report.local_addenda import Addendum, AddendumError, addendum
from helpers.report.schema_faults import Fault, faults

SETTINGS_FILE = "report.yml"

_OPEN = {("level",), ("information_fee_yuan",), ("contact", "office"), ("contact", "phone")}
"""What ``import`` leaves blank where a published report does not state it."""


@dataclass(frozen=True)
class Contact:
    """Whom a reader may ask."""

    office: str
    phone: str
    address: str | None = None
    email: str | None = None


def read_settings(folder: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Read a folder's ``report.yml``: its values as :class:`helpers.report.folder.Report` has them, None where they are unusable."""
    try:
        settings = read_yaml(folder / SETTINGS_FILE)
    except SourceError as error:
        return None, [finding("LOAD", error.message, file=SETTINGS_FILE, line=error.line)]
    wrong = list(faults(settings, "report"))
    found = listed(
        finding("LOAD", fault.message, file=SETTINGS_FILE, line=settings.line(fault.path), **fault.what)
        for fault in wrong
    )
    if not all(map(_is_open, wrong)):
        # A line that is missing is an error of its own for each key the schema asks for, and told with all of them.
        return None, _in_order(found)
    values = {
        **dict.fromkeys(("published", "previous", "parent", "explanations", "local", "site")),
        **settings.value,
    }
    values["contact"] = Contact(
        **{"office": "", "phone": ""} | {k: v for k, v in values["contact"].items() if v}
    )
    for key in (
        "level",
        "information_fee_yuan",
    ):  # left blank, as null or as an empty text: nothing is stated
        values[key] = None if values[key] == "" else values[key]
    values["published"] = date.fromisoformat(values["published"]) if values["published"] else None
    values["explanations"] = values["explanations"] or {}
    values["site"] = {key: str(value) for key, value in (values["site"] or {}).items() if value is not None}
    values["addendum"], unusable = _addendum(values["local"], settings)
    found += [*unusable, *listed(_unknown_rules(values["explanations"], settings))]
    return values, _in_order(found)


def _addendum(name: str | None, settings: Settings) -> tuple[Addendum | None, list[Finding]]:
    """Read what ``local`` names; a file that is wrong is told at the line that names it."""
    try:
        return addendum(name) if name else None, []
    except AddendumError as error:
        where = {"file": SETTINGS_FILE, "line": settings.line(("local",)), "actual": shortened(name)}
        return None, [finding("LOAD", f"local（地方补充要求）：{error}", **where)]


def _is_open(fault: Fault) -> bool:
    """Tell a fault that is but a blank left for a person, without which all else can be checked."""
    return fault.path in _OPEN and fault.instance in (None, "")


def _in_order(found: Iterable[Finding]) -> list[Finding]:
    return sorted(dict.fromkeys(found), key=lambda one: one.line or 0)


def _unknown_rules(explanations: Iterable[str], settings: Settings) -> Iterator[Finding]:
    for name in explanations:
        if name not in rules():
            message = f"explanations 里没有“{shortened(name)}”这条规则{suggestion(name, list(rules()))}"
            yield finding(
                "LOAD",
                message,
                file=SETTINGS_FILE,
                line=settings.line(("explanations", name)),
                actual=shortened(name),
            )


_LINK = re.compile(rb"^(previous|parent):(.*)$", re.MULTILINE)


def links(folder: Path) -> dict[str, Path]:
    """Return the folders that ``report.yml`` names as ``previous`` and ``parent``, resolved; nothing of what is unreadable.

    Only these lines are parsed where that can be done: there may be thousands of folders.
    """
    path = folder / SETTINGS_FILE
    try:
        lines = _LINK.findall(read_bytes(path))
        # A key that is written twice is an error; a value may also stand on a line of its own.
        plain = len(lines) == len(dict(lines)) and all(text.strip() for _, text in lines)
        named = {key.decode(): parse_yaml(text.decode()).value for key, text in lines} if plain else {}
    except (SourceError, UnicodeDecodeError):
        named = {}
    if "" in named.values():
        named = {}
    found = {}
    for key, value in (named or _all_links(path)).items():
        with suppress(OSError, RuntimeError, ValueError):  # no path, or links in a circle
            if isinstance(value, str):
                found[key] = (folder / value).resolve()
    return found


def _all_links(path: Path) -> dict[str, Any]:
    try:
        value = read_yaml(path).value
    except SourceError:
        return {}
    return {key: value.get(key) for key in ("previous", "parent")} if isinstance(value, dict) else {}
