"""YAML in both ways of reading: every key with its line, and whatever is refused is refused by line."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.files.reading import SourceError, unprintable
from helpers.files.yaml_text import dump_yaml, parse_options, parse_yaml
from helpers.publish.qmd.errors import PublishError
from helpers.publish.qmd.options import parse_yaml as options

TEXT = """a: 1
b:
  c: 2

  d:
  - e: 3
"""


@pytest.mark.parametrize("read", [parse_yaml, parse_options])
def test_every_key_has_its_line(read: Any) -> None:
    settings = read(TEXT)
    assert settings.value == {"a": 1, "b": {"c": 2, "d": [{"e": 3}]}}
    assert [settings.line(path) for path in (("a",), ("b", "c"), ("b", "d"), ("b", "x"))] == [1, 3, 5, 2]


@pytest.mark.parametrize("read", [parse_yaml, parse_options])
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [\n", 3),
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a:\n- b: 1\n  b: 2\n", 3),
        ("a: 1\nb: !x 2\n", 2),
        ("a: 1\n? [b]\n: 2\n", 2),
        ('"a\\u202e": 1\n', 1),
        ("a: " + "[" * 5000, None),
        ("a: \x01", None),
    ],
)
def test_what_is_refused_is_refused_by_line(read: Any, text: str, line: int | None) -> None:
    with pytest.raises(SourceError) as refused:
        read(text)
    assert refused.value.line == line


def test_the_two_ways_differ_where_clerks_and_quarto_do() -> None:
    text = "a: 2024-12-31\nb: yes\nc: 1.50\n"
    assert parse_yaml(text).value == {"a": "2024-12-31", "b": True, "c": Decimal("1.50")}
    assert parse_options(text).value == {"a": "2024-12-31", "b": "yes", "c": 1.5}
    anchors = "a: &x {b: 1}\nc: {<<: *x, d: 2}\n"
    assert parse_options(anchors).value == {"a": {"b": 1}, "c": {"b": 1, "d": 2}}
    with pytest.raises(SourceError, match="别名"):
        parse_yaml(anchors)


def test_an_anchor_within_itself_is_refused() -> None:
    with pytest.raises(SourceError):
        parse_options("a: &x [*x]\n")


@pytest.mark.parametrize(("text", "line"), [("a: [", 8), ("a: 1\na: 2", 9), ("- a", 8)])
def test_options_are_refused_by_file_and_line(text: str, line: int) -> None:
    with pytest.raises(PublishError) as refused:
        options(text, Path("report.qmd"), 8)
    assert str(refused.value).startswith(f"report.qmd:{line}：")


VISIBLE = st.characters(codec="utf-8", exclude_categories=("C", "Z")).filter(
    lambda char: not unprintable(char)
)

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.decimals(0, 10**9, places=2)
    | st.text(VISIBLE | st.just(" "), max_size=300),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc甲乙:#- ", min_size=1, max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(PLAIN)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert parse_yaml(dump_yaml(value)).value == value


def test_an_amount_keeps_its_digits_and_a_date_its_shape() -> None:
    assert dump_yaml({"a": Decimal("1.50"), "b": date(2024, 1, 31)}) == "a: 1.50\nb: 2024-01-31\n"
