"""Whatever stands in a field of ``report.yml`` or in a note, the document is built as if it were an ordinary word.

Each hostile text is put where a harmless one stood. What pandoc reads then must hold no markup but that of pages with harmless
words, and the writer's words must be in it.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import XIAODUKOU
from fuzz_budget import SEED, rounds
from hostile import text
from lxml import html
from pandoc_reader import converted, squeezed

from helpers.document import notes, prose
from helpers.report.folder import Report, read
from helpers.review.review_page import Review

HARMLESS = "骉"
"""One rare character, so that no rule and no heading of the form takes notice of it."""

FIELDS = ("organ", "short_name", "contact.address", "contact.phone", "contact.email", "explanations.W-TOPICS")
NOTES = ("text", "who", "seen")


def fill(folder: Path, field: str, value: str) -> Report | None:
    """Write a text into a field or a note of the folder; return the report, or None where it is refused."""
    settings: dict[str, Any] = yaml.safe_load((XIAODUKOU / "report.yml").read_text(encoding="utf-8"))
    note = {
        "at": "overview",
        "seen": "公开",
        "who": "审阅人",
        "when": "2026-01-05",
        "text": "请核对",
        "state": "open",
    }
    if field in NOTES:
        note[field] = value
    else:
        *parents, last = field.split(".")
        place = settings
        for one in parents:
            place[one] = place.get(one) or {}
            place = place[one]
        place[last] = value
    (folder / "report.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    (folder / "review.yml").write_text(
        yaml.safe_dump({"notes": [note]}, allow_unicode=True), encoding="utf-8"
    )
    (folder / "overview.md").write_text(
        "某镇公开信息。\n", encoding="utf-8"
    )  # too little: the rule that is explained
    return None if notes.read(folder)[1] else read(folder).report


def printed(report: Report) -> str:
    """Return all that the cells print of fields and notes."""
    page = Review(report)
    parts = [
        prose.front_matter(report),
        page.summary().markdown,
        page.prose("lead").markdown,
        page.prose("overview").markdown,
        *page._notes(),
    ]
    return "\n\n".join(parts)


def read_by_pandoc(markdown: str) -> Any:
    return json.loads(converted(markdown, "-t", "json"))


def markup(tree: Any) -> Iterator[str]:
    """Yield every kind of node with its attributes and target; numbers, and the level of a remark, do not count."""
    if isinstance(tree, dict) and tree.get("t") in {"RawBlock", "RawInline"}:
        assert tree["c"][0] == "html"
        yield from (
            f"{node.tag} {sorted(node.attrib.items())}" for node in html.fromstring(tree["c"][1]).iter()
        )
    elif isinstance(tree, dict):
        if "t" in tree:
            yield re.sub(_LEVEL, "0", f"{tree['t']} {said_beside(tree['t'], tree.get('c'))}")
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from markup(one)


_LEVEL = r"#[0-9a-f]{6}|comment-[a-z]+|\d+"


def said_beside(kind: str, content: Any) -> list[Any]:
    """Return what a node says beside its children: attributes, the target of a link, the format of a number."""
    match kind:
        case "Link" | "Image":
            return [content[0], content[2]]
        case "Span" | "Div" | "Code" | "CodeBlock" | "Table" | "OrderedList":
            return [content[0]]
        case "Header":
            return list(content[:2])
    return []


def words(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if tree.get("t") == "Str":
            yield tree["c"]
        elif tree.get("t") == "RawBlock":
            yield from html.fromstring(tree["c"][1]).itertext()
        tree = list(tree.values())
    if isinstance(tree, list):
        for one in tree:
            yield from words(one)


def harmless_pages(folder: Path) -> Iterator[Report]:
    """Yield reports that bring every kind of remark onto the page."""
    for field in (*FIELDS, *NOTES):
        report = fill(folder, field, HARMLESS)
        assert report is not None
        yield report


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Markup of pages with harmless words."""
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path_factory.mktemp("harmless") / "xiaodukou-2024"))
    pages = [read_by_pandoc(printed(report)) for report in harmless_pages(folder)]
    return {one for page in pages for one in markup(page)}


@pytest.mark.parametrize("field", [*FIELDS, *NOTES])
def test_any_text_in_a_field_or_note_stays_words(field: str, known: set[str], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path / "xiaodukou-2024"))
    for chance in rounds(1 / 3 / len([*FIELDS, *NOTES])):
        value = text(chance) if chance.random() < 0.5 else text(chance).replace("\n", " ")
        report = fill(folder, field, value)
        if report is None:
            continue
        page = read_by_pandoc(printed(report))
        assert set(markup(page)) <= known, (SEED, field, value)
        assert squeezed(value) in squeezed("".join(words(page))), (SEED, field, value)
