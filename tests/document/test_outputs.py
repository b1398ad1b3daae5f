"""The index of outputs: one place for the names and numbers of tables and figures."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

from helpers.document import charts
from helpers.document.outputs import INDEX, PORTAL
from helpers.document.tables import LAYOUTS
from helpers.report.form import FORM


def test_every_table_and_chart_stands_in_the_index_and_nothing_else() -> None:
    assert {key for key, one in INDEX.items() if one.kind == "table"} == set(LAYOUTS)
    assert {key for key, one in INDEX.items() if one.kind == "figure"} == {*charts.CHARTS, *charts.TRENDS}


def test_the_index_is_in_the_order_of_the_document() -> None:
    document = (ROOT / "report.qmd").read_text(encoding="utf-8")
    called = re.findall(r'(?m)^report\.(?:table|chart)\("([\w-]+)"\)', document)
    assert document.index('\nreport.chart("outcomes")') < document.index("\nreport.trends()")
    figures = [key for key in called if INDEX[key].kind == "figure"] + [*charts.TRENDS]
    assert figures == [key for key in INDEX if INDEX[key].kind == "figure"]
    assert {*called, *charts.TRENDS} == set(INDEX)


def test_every_output_names_a_section_and_a_source_of_the_form() -> None:
    for one in INDEX.values():
        assert one.heading in FORM.sections.values()
        assert one.source in FORM.tables
        assert one.unit or one.kind == "table"


def words(path: Path) -> Iterator[str]:
    """Every text in a module that is no docstring."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_module_writes_a_word_of_the_index_again() -> None:
    known = {part for one in (*INDEX.values(), *PORTAL.values()) for part in (one.title, one.note) if part}
    known = {piece for text in known for piece in re.split(r"\{\w+\}", text) if len(piece) > 2}
    assert "年政府信息公开申请办理结果" in known
    for path in (ROOT / "helpers").rglob("*.py"):
        if path.name != "outputs.py":
            assert not [text for text in words(path) if any(one in text for one in known)], path
