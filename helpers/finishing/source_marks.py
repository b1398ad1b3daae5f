"""A Word file that knows its source: hidden bookmarks around passages and figures, and a part that says what they stood for.

Bookmarks, since LibreOffice and WPS keep them and drop the tags of content controls; the part is custom XML, which Office keeps
with the document. What is to be marked comes as the document's property ``source-marks`` (:func:`encoded`).
"""

from __future__ import annotations

import copy
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

from helpers.files.digests import digest_of
from helpers.finishing.word_xml import HEAD, NAMES, W, entered

PROPERTY = "source-marks"
"""Property of the document by which a plan reaches the finished Word file; it is not kept in it."""

EDITION = "nianbao-edition"
"""Property of the Word file: the digest of what it was made from."""

NAMESPACE = "urn:nianbao:source"
PREFIX = "_nb_"
"""Bookmarks that begin with ``_`` are shown by no program unless it is asked to."""

PICTURE = "\ufffc"
"""Stands for a picture in the text of a paragraph (Unicode: object replacement character)."""


@dataclass(frozen=True)
class Marked:
    """A passage to be marked.

    Attributes
    ----------
    digest, sentences
        Digests of its text, and of each of its sentences.
    template
        The same of its sentences as they were written, placeholders by name.
    places
        Offset and length of each placeholder in the text as :func:`normalized` has it.
    values
        A digest of what each placeholder brought.
    """

    name: str
    digest: str
    sentences: list[str]
    template: list[str]
    places: list[list[int]] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What a document was made from.

    Attributes
    ----------
    edition
        Digest of all its sources.
    subject
        Digest of what never changes in it: whose it is, and of which year.
    passages
        In the order of the document.
    tables
        By the identifier of the table: for each cell in reading order whether it holds a figure (``f``) or a head (``h``).
    figures
        By the identifier of the table: a digest of each figure.
    others
        Digests of the paragraphs that are no passage; known when the file is finished.
    """

    edition: str
    subject: str
    passages: list[Marked]
    tables: dict[str, str]
    figures: dict[str, list[str]]
    others: list[str] = field(default_factory=list)


def encoded(plan: Plan) -> str:
    """Return a plan as the value of the property: packed, since pandoc reads it slowly, and as digits, in which no program finds markup."""
    return zlib.compress(as_text(plan).encode()).hex()


def given_plan(value: str) -> Plan:
    """Return the plan that a document's property holds."""
    return decoded(zlib.decompress(bytes.fromhex(value)).decode())


def as_text(plan: Plan) -> str:
    """Return a plan as JSON, which :func:`decoded` reads."""
    return json.dumps(plan, ensure_ascii=True, separators=(",", ":"), default=vars)


def decoded(text: str) -> Plan:
    """Return the plan of a JSON text, as the part of a Word file holds it.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        value = json.loads(text)
        plan = Plan(**{**value, "passages": [Marked(**one) for one in value["passages"]]})
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if not _is_sound(plan):
        raise ValueError("not a plan")
    return plan


_MOST = 20_000
"""Entries in each list of a plan; a report has some hundreds."""


def _is_sound(plan: Plan) -> bool:
    """Return whether everything in a plan is of its kind: anybody may have written it."""

    def texts(value: Any) -> bool:
        return isinstance(value, list) and len(value) < _MOST and all(isinstance(one, str) for one in value)

    return (
        isinstance(plan.edition, str)
        and isinstance(plan.subject, str)
        and len(plan.passages) < _MOST
        and all(isinstance(one.name, str) and _NAME.fullmatch(one.name) for one in plan.passages)
        and len({one.name for one in plan.passages}) == len(plan.passages)
        and all(isinstance(one.digest, str) for one in plan.passages)
        and all(texts(part) for one in plan.passages for part in (one.sentences, one.template, one.values))
        and isinstance(plan.figures, dict)
        and all(map(texts, plan.figures.values()))
        and texts(plan.others)
    )


_NAME = re.compile(r"[a-z]{1,20}\.[0-9]{1,5}")


def normalized(text: str) -> str:
    """Return a passage's text so that only what a reader sees counts: spaces joined, none at the end of a line."""
    joined = re.sub(r"[ \t\r]+", " ", text)
    return re.sub(r"[ \u3000]*\n[ \u3000]*", "\n", joined).strip(" \n\u3000")


def kept_places(text: str) -> list[int]:
    """Return for each character of the normalized text its place in the text; a tab or a carriage return stands for a space."""
    wanted = normalized(text)
    if wanted == text:
        return list(range(len(text)))
    places: list[int] = []
    for place, char in enumerate(text):
        if len(places) < len(wanted) and (" " if char in "\t\r" else char) == wanted[len(places)]:
            places.append(place)
    return places


def fingerprint(text: str, length: int = 16) -> str:
    """Return the first digits of a text's digest."""
    return digest_of([text.encode("utf-8", "replace")])[:length]


def sentences(text: str) -> list[str]:
    """Split a text at the ends of its sentences; together they give the text again."""
    return [one for one in re.split(r"(?<=[。！？；\n])(?![”’）」』])", text) if one]


# In the body ----------------------------------------------------------------------------------------------------------


def mark_sources(root: Any, plan: Plan) -> Plan:
    """Put bookmarks into a document's body; return the plan with the digests of what no bookmark names."""
    numbers = count(
        1 + max((int(one.get(f"{W}id", "0")) for one in root.iter(f"{W}bookmarkStart")), default=0)
    )
    tables = {name: table for name in plan.tables if (table := _table(root, name)) is not None}
    for name, table in tables.items():
        _mark_figures(table, name.removeprefix("table-"), plan.tables[name], numbers)
    inside = {paragraph for table in tables.values() for paragraph in table.iter(f"{W}p")}
    paragraphs = [one for one in root.iter(f"{W}p") if one not in inside]
    digests = [fingerprint(normalized(plain(one))) for one in paragraphs]
    matched: set[int] = set()
    for wanted, found in _matches([one.digest for one in plan.passages], digests):
        _mark_passage(paragraphs[found], plan.passages[wanted], numbers)
        matched.add(found)
    others = [one for number, one in enumerate(digests) if number not in matched]
    return Plan(**{**vars(plan), "others": others})


def _table(root: Any, name: str) -> Any:
    mark = next((one for one in root.iter(f"{W}bookmarkStart") if one.get(f"{W}name") == name), None)
    return None if mark is None else next(mark.itersiblings(f"{W}tbl"), None)


def _matches(wanted: Sequence[str], found: Sequence[str]) -> Iterator[tuple[int, int]]:
    for left, right, size in SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks():
        yield from ((left + step, right + step) for step in range(size))


def cells(table: Any) -> list[Any]:
    """Return the cells of a table in reading order, each merged cell once."""
    continued = "w:tcPr/w:vMerge[not(@w:val) or @w:val='continue']"
    return list(table.xpath(f"w:tr/w:tc[not({continued})]", namespaces=NAMES))


def _mark_figures(table: Any, name: str, kinds: str, numbers: Iterator[int]) -> None:
    found = cells(table)
    if len(found) != len(kinds):
        return
    figures = (cell for cell, kind in zip(found, kinds, strict=True) if kind == "f")
    for number, cell in enumerate(figures, 1):
        _enclose(cell.find(f"{W}p"), f"{PREFIX}{name}_{number}", numbers)


def _mark_passage(paragraph: Any, passage: Marked, numbers: Iterator[int]) -> None:
    name = PREFIX + passage.name.replace(".", "_")
    for number, (offset, length) in reversed([*enumerate(passage.places, 1)]):
        run = _cut_out(paragraph, offset, length)
        if run is not None:
            start, end = _bookmark(run, f"{name}_{number}", numbers)
            run.addprevious(start)
            run.addnext(end)
    _enclose(paragraph, name, numbers)


def _enclose(paragraph: Any, name: str, numbers: Iterator[int]) -> None:
    start, end = _bookmark(paragraph, name, numbers)
    properties = paragraph.find(f"{W}pPr")
    paragraph.insert(0 if properties is None else paragraph.index(properties) + 1, start)
    paragraph.append(end)


def _bookmark(beside: Any, name: str, numbers: Iterator[int]) -> tuple[Any, Any]:
    start, end = beside.makeelement(f"{W}bookmarkStart"), beside.makeelement(f"{W}bookmarkEnd")
    number = str(next(numbers))
    start.set(f"{W}id", number)
    start.set(f"{W}name", name)
    end.set(f"{W}id", number)
    return start, end


def _cut_out(paragraph: Any, offset: int, length: int) -> Any:
    """Return a run that holds just a part of the text, None where it does not lie in one run of a single text."""
    shown = _characters(paragraph)
    if length < 1 or offset + length > len(shown):
        return None
    (text, first), (last_text, last) = shown[offset], shown[offset + length - 1]
    run = text.getparent() if text is last_text and text is not None else None
    if run is None or len(run.findall(f"{W}t")) != 1 or len(run) > 2:
        return None
    whole = text.text
    for part, place in ((whole[:first], run.addprevious), (whole[last + 1 :], run.addnext)):
        if part:
            beside = copy.deepcopy(run)
            beside.find(f"{W}t").text = part
            place(beside)
    text.text = whole[first : last + 1]
    return run


def _characters(paragraph: Any) -> list[tuple[Any, int]]:
    """Return for each character of the normalized text where it stands."""
    texts = list(_texts(paragraph))
    raw = [(element, place) for element, text in texts for place in range(len(text))]
    return [raw[place] for place in kept_places("".join(text for _, text in texts))]


def plain(paragraph: Any) -> str:
    """Return the text of a paragraph of a file that no one has edited."""
    return "".join(text for _, text in _texts(paragraph))


PICTURES = {
    *(f"{W}{name}" for name in ("drawing", "pict", "object")),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
}


_SHOWN = {
    f"{W}br": "\n",
    f"{W}tab": "\t",
    f"{W}noBreakHyphen": "-",
    **dict.fromkeys(PICTURES, PICTURE),
}


def _texts(paragraph: Any) -> Iterator[tuple[Any, str]]:
    for element in paragraph.iter(f"{W}t", *_SHOWN):
        if element.getparent().tag == f"{W}r":
            yield element, _SHOWN.get(element.tag, element.text or "")


# In the package -------------------------------------------------------------------------------------------------------

_ITEM = "customXml/item1.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_IDENTITY = "{6C3B1C0E-2A64-4C53-9C0B-6E1F3B8D7A21}"
"""Of the kind of part, and so the same in every file."""
_OVERRIDE = (
    '<Override PartName="/customXml/itemProps1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.customXmlProperties+xml"/>'
)
_RELATION = f'<Relationship Id="rIdSource" Type="{_OFFICE}/relationships/customXml" Target="/{_ITEM}"/>'


def mark(root: Any, contents: Mapping[str, bytes], plan: Plan) -> dict[str, bytes]:
    """Mark a document's body; return the other parts of its package that change, and those that are added.

    Parameters
    ----------
    contents
        All parts by name.
    """
    plan = mark_sources(root, plan)
    added = {name: text.encode() for name, text in _parts(plan).items()}
    return entered(contents, _OVERRIDE, _RELATION) | added


def _parts(plan: Plan) -> dict[str, str]:
    """Return the parts that a package gets besides, by name."""
    item = f'<source xmlns="{NAMESPACE}">{escape(as_text(plan))}</source>'
    properties = (
        f'<ds:datastoreItem xmlns:ds="{_OFFICE}/customXml" ds:itemID="{_IDENTITY}"><ds:schemaRefs>'
        f'<ds:schemaRef ds:uri="{NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    )
    relation = (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/relationships/customXmlProps" '
        'Target="itemProps1.xml"/></Relationships>'
    )
    return {
        _ITEM: HEAD + item,
        "customXml/itemProps1.xml": HEAD + properties,
        "customXml/_rels/item1.xml.rels": HEAD + relation,
    }


def plan_of(contents: Iterable[bytes]) -> Plan | None:
    """Return the plan among the custom XML parts of a file, which anybody may have changed; None without one."""
    from lxml import etree

    safe = etree.XMLParser(resolve_entities=False, no_network=True)
    for content in contents:
        try:
            root = etree.fromstring(content, safe)
            if root.tag == f"{{{NAMESPACE}}}source":
                return decoded(root.text or "")
        except (etree.XMLSyntaxError, ValueError):
            continue
    return None
