"""What is wrong with a YAML file against its JSON schema, in Chinese, with the line of each fault."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import jsonschema

from helpers.files.yaml_text import Path_, Settings
from helpers.report.findings import MOST_LISTED, shortened, suggestion
from helpers.report.form import FOLDER, FORM


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    message
        What stands there and what should.
    path
        Keys that lead to it, as in ``("contact", "phone")``; for :meth:`Settings.line`.
    instance
        The value that is wrong.
    what
        Fields ``expected`` and ``actual`` of a finding, where they are known.
    """

    message: str
    path: Path_
    instance: Any
    what: dict[str, str]


def faults(settings: Settings, described: str) -> Iterator[Fault]:
    """Yield what is wrong with a file against ``data/form/DESCRIBED.schema.json``; not more than anybody reads."""
    for error in islice(validator(described).iter_errors(settings.value), MOST_LISTED + 1):
        for message, extra, what in _explain(error, f"{described}.yml"):
            yield Fault(message, (*error.absolute_path, *extra), error.instance, what)


@cache
def validator(described: str) -> Any:
    """Return the validator of ``data/form/DESCRIBED.schema.json``; a Decimal counts as a number."""
    schema = json.loads((FOLDER / f"{described}.schema.json").read_text(encoding="utf-8"))
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "number", lambda _, value: isinstance(value, int | Decimal) and not isinstance(value, bool)
    )
    extend: Any = jsonschema.validators.extend
    # The library compares each item with each other one.
    made = extend(jsonschema.Draft202012Validator, {"uniqueItems": _repeated}, type_checker=types)
    return made(schema, format_checker=jsonschema.FormatChecker(["date"]))


def _repeated(_: Any, wanted: bool, items: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    if wanted and isinstance(items, list) and len(set(map(repr, items))) < len(items):
        yield jsonschema.ValidationError("items are repeated")


_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "object": "几行“键: 值”",
    "array": "几行“- 值”",
    "boolean": "true 或 false",
    "null": "null（空）",
}


def _explain(error: Any, file: str) -> Iterable[tuple[str, tuple[str, ...], dict[str, str]]]:
    """Turn a schema error into Chinese: message, rest of the path to its line, expected and actual."""
    schema, value = error.schema, error.instance
    name = ".".join(str(part) for part in error.absolute_path)
    label = f"{name}（{schema['description']}）" if "description" in schema else f"{name or file} "
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
            like = "、".join(schema.get("examples", ()))
            yield (
                f"{label}写的是“{shown}”，{f'应像 {like} 这样' if like else _no_line(value)}",
                (),
                {"actual": shown},
            )
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
