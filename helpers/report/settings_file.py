"""``report.yml``: the facts of a report, read against the schema in ``data/form/report.schema.json``."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema

from helpers.files.reading import SourceError, read_bytes
from helpers.files.yaml_text import Settings, parse_yaml, read_yaml
from helpers.report.findings import MOST_LISTED, Finding, finding, listed, rules, shortened, suggestion
from helpers.report.form import FOLDER, FORM

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


@cache
def schema() -> Any:
    """Return the validator of ``report.yml``; a Decimal counts as a number."""
    described = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "number", lambda _, value: isinstance(value, int | Decimal) and not isinstance(value, bool)
    )
    extend: Any = jsonschema.validators.extend
    # The library compares each item with each other one.
    validator = extend(jsonschema.Draft202012Validator, {"uniqueItems": _repeated}, type_checker=types)
    return validator(described, format_checker=jsonschema.FormatChecker(["date"]))


def _repeated(_: Any, wanted: bool, items: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    if wanted and isinstance(items, list) and len(set(map(repr, items))) < len(items):
        yield jsonschema.ValidationError("items are repeated")


def read_settings(folder: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Read a folder's ``report.yml``: its values as :class:`helpers.report.folder.Report` has them, None where they are unusable."""
    try:
        settings = read_yaml(folder / SETTINGS_FILE)
    except SourceError as error:
        return None, [finding("LOAD", error.message, file=SETTINGS_FILE, line=error.line)]
    wrong = list(islice(schema().iter_errors(settings.value), MOST_LISTED + 1))
    found = listed(
        finding(
            "LOAD",
            message,
            file=SETTINGS_FILE,
            line=settings.line(tuple(error.absolute_path) + extra),
            **what,
        )
        for error in wrong
        for message, extra, what in _explain(error)
    )
    if not all(map(_is_open, wrong)):
        # A line that is missing is an error of its own for each key the schema asks for, and told with all of them.
        return None, _in_order(found)
    values = {**dict.fromkeys(("published", "previous", "parent", "explanations")), **settings.value}
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
    return values, [*_in_order(found), *listed(_unknown_rules(values["explanations"], settings))]


def _is_open(error: Any) -> bool:
    """Tell an error that is but a blank left for a person, without which all else can be checked."""
    path = tuple(error.absolute_path)
    return path in _OPEN and error.instance in (None, "")


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


_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "object": "几行“键: 值”",
    "array": "几行“- 值”",
    "boolean": "true 或 false",
    "null": "null（空）",
}


def _explain(error: Any) -> Iterable[tuple[str, tuple[str, ...], dict[str, str]]]:
    """Turn a schema error into Chinese: message, rest of the path to its line, expected and actual."""
    schema, value = error.schema, error.instance
    name = ".".join(str(part) for part in error.absolute_path)
    label = f"{name}（{schema['description']}）" if "description" in schema else f"{name or SETTINGS_FILE} "
    match error.validator:
        case "required":
            for key in error.validator_value:
                if key not in value:
                    meaning = schema["properties"][key].get("description", "")
                    yield f"缺少 {key}（{meaning}），请补上这一行", (), {"expected": key}
        case "additionalProperties":
            known = list(schema["properties"])
            for key in value:
                if key not in known:
                    yield f"不认识“{key}”{suggestion(str(key), known)}", (key,), {"actual": str(key)}
        case "enum":
            levels = {level.key: f"{level.key}（{level.name}）" for level in FORM.levels.values()}
            choices = "、".join(levels.get(choice, choice) for choice in error.validator_value)
            expected = " | ".join(error.validator_value)
            yield (
                f"{label}写的是“{shortened(value)}”，应是下列之一：{choices}",
                (),
                {"expected": expected, "actual": str(value)},
            )
        case "type":
            wanted = (
                error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
            )
            expected = "或".join(_TYPES[one] for one in wanted)
            yield (
                f"{label}写的是“{shortened(value)}”，应是{expected}",
                (),
                {"expected": expected, "actual": shortened(value)},
            )
        case "format":
            yield (
                f"{label}写的是“{value}”，应是年-月-日，如 2025-01-20，未公布的写 null",
                (),
                {"expected": "YYYY-MM-DD", "actual": str(value)},
            )
        case "minimum" | "maximum" as bound:
            limit = f"{'不小于' if bound == 'minimum' else '不大于'} {error.validator_value}"
            yield (
                f"{label}写的是“{shortened(value)}”，应{limit}",
                (),
                {"expected": limit, "actual": shortened(value)},
            )
        case "pattern":
            shown = shortened(value)
            yield f"{label}写的是“{shown}”，{_no_line(value)}", (), {"actual": shown}
        case "uniqueItems":
            yield f"{label}里有重复的，只留一个", (), {}
        case "minItems" | "maxItems" | "maxProperties" as bound:
            limit = f"{'至少' if bound == 'minItems' else '最多'} {error.validator_value} 项"
            yield f"{label}有 {len(value)} 项，应{limit}", (), {"expected": limit}
        case "maxLength":
            most = error.validator_value
            yield (
                f"{label}有 {len(value)} 个字，最多 {most} 个",
                (),
                {"expected": f"≤ {most}", "actual": shortened(value)},
            )
        case "minItems":
            least = error.validator_value
            yield f"{label}有 {len(value)} 项，至少 {least} 项", (), {"expected": f"≥ {least}"}
        case "uniqueItems":
            yield f"{label}里有写了两次的，请删去一个", (), {}
        case _:
            yield f"{label}是空的或过长，请填写", (), {"actual": shortened(value)}


def _no_line(text: str) -> str:
    """Say why a text is no line of a name."""
    if not text.strip():
        return "是空白，请填写"
    for char in text:
        if char in "\n\r\u2028\u2029":
            return f"里面有换行（U+{ord(char):04X}），请写成一行"
    return "里面有两个花括号，请删去"


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
