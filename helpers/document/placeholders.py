"""Figures and facts by name: what ``{{ licensing }}`` in a prose file stands for.

Placeholders are filled in the text of a parsed document, so what they bring is never read as Markdown.
"""

import re
from collections.abc import Iterator
from typing import Any

from helpers.files.reading import SourceError
from helpers.report.figures import format_figure
from helpers.report.folder import Report
from helpers.report.form import FORM, TOTAL

Context = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{\{[ \t]*([^\W\d]\w*(?:\.\w+)*)[ \t]*\}\}")
_STRAY = re.compile(r"\{\{|\{%")


class _Row(dict[str, str]):
    """A row's figures by column key; printed itself it is the row's total."""

    def __str__(self) -> str:
        return self[TOTAL]


def names(report: Report) -> Context:
    """Everything a placeholder can name.

    A figure goes by the key of its row: ``{{ licensing }}``, ``{{ new_received }}`` (the total), and with its column
    ``{{ new_received.business }}``; the facts of report.yml by theirs.
    """
    contact = report.contact
    details = "".join(
        f"，{label}：{value}"
        for label, value in (("地址", contact.address), ("电子邮箱", contact.email))
        if value
    )
    context: Context = {
        "organ": report.organ,
        "short_name": report.short_name,
        "year": report.year,
        "year_previous": report.year - 1,
        "year_next": report.year + 1,
        "contact": {key: value or "" for key, value in vars(contact).items()},
        "contact_details": details,
        "information_fee_yuan": ""
        if report.information_fee_yuan is None
        else format_figure(report.information_fee_yuan),
        "regulation": FORM.regulation,
        "notice": FORM.notice,
    }
    for table in FORM.tables.values():
        for key, figures in report.figures[table.name].items():
            printed = {
                column: "" if figure is None else format_figure(figure) for column, figure in figures.items()
            }
            context[key] = _Row(printed) if TOTAL in printed else printed["value"]
    return context


def placeholders(text: str) -> Iterator[tuple[str, str]]:
    """Split a text at its placeholders: pieces as written, each with the name where it is a placeholder, else with nothing."""
    at = 0
    for found in _PLACEHOLDER.finditer(text):
        yield text[at : found.start()], ""
        yield found[0], found[1]
        at = found.end()
    yield text[at:], ""


def fill(text: str, context: Context) -> str:
    """Replace the placeholders of a text.

    Raises
    ------
    SourceError
        A name that is not known, or braces that are no placeholder.
    """
    if "{" not in text:
        return text
    parts = _PLACEHOLDER.split(text)
    if any(_STRAY.search(part) for part in parts[::2]):
        raise SourceError("占位符写法有误，应如 {{ licensing }}：两个花括号，里面一个名称，不能写算式或语句")
    parts[1::2] = [_value(name, context) for name in parts[1::2]]
    return "".join(parts)


def _value(name: str, context: Context) -> str:
    """Return what a name stands for, in one line."""
    value: Any = context
    path = name.split(".")
    for step, part in enumerate(path):
        if not isinstance(value, dict) or part not in value:
            known = "、".join(value) if isinstance(value, dict) else "无"
            owner = "" if step == 0 else f" {'.'.join(path[:step])} 之下"
            raise SourceError(f"没有名为 {name} 的数据；{owner}可用的名称：{known}")
        value = value[part]
    if isinstance(value, dict) and not isinstance(value, _Row):
        raise SourceError(f"{name} 不是一个值，请写到下一级，可用的名称：{'、'.join(value)}")
    return str(value).replace("\n", " ")
