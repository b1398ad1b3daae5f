"""The form's labels as a reader looks them up: rows, columns, groups, and what heads a column of section 2."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from helpers.intake.matching.collected import APPLICATIONS, DISCLOSURE, PROCEEDINGS, Slot
from helpers.intake.matching.similarity import among, clean, find, normal, numbered
from helpers.report.form import FORM, Item

GROUP = "#"
"""Marks keys of labels that are no row of figures, but must not be taken for one."""


def _groups(items: Iterable[Item]) -> dict[str, str]:
    labels = dict.fromkeys(label for item in items for label in item.labels[:-1])
    return {GROUP + label: label for label in labels}


_APPLICATIONS = FORM.tables[APPLICATIONS]
APPLICATION_ROWS = {row.key: row.label for row in _APPLICATIONS.rows} | _groups(_APPLICATIONS.rows)
APPLICANTS = {column.label: column.key for column in _APPLICATIONS.columns}
TELLING_APPLICANTS = [label for label in APPLICANTS if len(label) > 2]
APPLICANT_GROUPS = [label for column in _APPLICATIONS.columns for label in column.labels[:-1]] + [
    _APPLICATIONS.spanner,
    _APPLICATIONS.stubhead,
]

_DISCLOSURE = FORM.tables[DISCLOSURE]
CONTENTS = {item.labels[1]: item.labels[1] for item in _DISCLOSURE.rows}
METRICS = {
    content: {item.labels[2]: item.key for item in _DISCLOSURE.rows if item.labels[1] == content}
    for content in CONTENTS
}
METRIC_LABELS = {label: label for metrics in METRICS.values() for label in metrics}

_PROCEEDINGS = FORM.tables[PROCEEDINGS]
RESULTS = {column.label: column.key for column in _PROCEEDINGS.columns}
TELLING_RESULTS = [label for label in RESULTS if len(label) > 2]
BLOCKS = {row.label: row.key for row in _PROCEEDINGS.rows}
BLOCK_GROUPS = [label for row in _PROCEEDINGS.rows for label in row.labels[:-1]]
PROCEEDING_SLOTS: list[Slot] = [
    (PROCEEDINGS, row.key, column.key) for row in _PROCEEDINGS.rows for column in _PROCEEDINGS.columns
]


def metric(text: str) -> str | None:
    """Label of the disclosure column that a head means; an amount in another unit than 万元 is none."""
    label = among(text, METRIC_LABELS) or find(text, METRIC_LABELS)
    if label and "元" in label and "元" in text and "万元" not in "".join(text.split()):
        return None
    return label


# Labels in running text -----------------------------------------------------------------------------------------------

_EVERY = dict.fromkeys(
    [
        *(
            label
            for table in FORM.tables.values()
            for item in (*table.rows, *table.columns)
            for label in item.labels
        ),
        *(text for table in FORM.tables.values() for text in (table.stubhead, table.spanner) if text),
        *FORM.sections.values(),
    ]
)
_LABELS = {label: label for label in _EVERY}
_NORMAL = [normal(label) for label in _EVERY]
_UNIT = re.compile(r"(?<=\d)\s*(?:件|宗|起|个|条|份|次|万元)")
_NUMBERING = re.compile(r"[(（]?\d[)）.、．](?=\s*[\u4e00-\u9fff“\"])")
_LETTER = re.compile(r"[^\W\d_]")
_FIGURES = re.compile(r"[\s\d.,，|/\\—–*×-]+(?![\d年月日])")
_SENTENCE = re.compile(r"[。；;!！?？]")
_FEWEST = 3
"""Labels that make a table of a text."""


def _pattern(label: str) -> str:
    number, body = numbered(label)
    letters = r"[\W_]*".join(map(re.escape, body))
    return rf"(?:[(（]?{number}[)）]?[、.．,，]?\s*)?{letters}" if number else letters


_IN_TEXT = re.compile("|".join(_pattern(label) for label in sorted(_EVERY, key=len, reverse=True)))


def _folded(text: str) -> str:
    """Text with full-width forms folded, each character still at its place."""
    same = (unicodedata.normalize("NFKC", clean(char) or char) for char in text)
    return "".join(one if len(one) == 1 else char for one, char in zip(same, text, strict=True))


def beside_labels(text: str) -> list[str]:
    """Words and numbers of a text that are none of the form's labels and number none."""
    return _NUMBERING.sub(" ", _IN_TEXT.sub(" ", _folded(text))).split()


def digits_of(text: str) -> str:
    """Digits of a text that number no label."""
    return "".join(char for word in beside_labels(text) for char in word if char.isdigit())


def is_of_form(text: str) -> bool:
    """Return whether a text is nothing but labels of the form, in whatever spelling, or a piece of one."""
    words = normal(text)
    if not words:
        return True
    if words.isdigit():
        return False
    if any(words in label for label in _NORMAL) or find(text, _LABELS) or among(text, _LABELS):
        return True
    return not re.search(r"[^\W_]", _IN_TEXT.sub("", _folded(text)))


def parts_of(text: str) -> list[tuple[str, bool]]:
    """Cut a text into what the form's tables hold (labels, figures; True) and words of other kinds (False)."""
    folded = _folded(text)
    if not _LETTER.search(_UNIT.sub("", _IN_TEXT.sub("", folded))) or is_of_form(
        re.sub(r"[\s\d.,|/—-]+$", "", text)
    ):
        return [(text, True)]
    parts: list[tuple[str, bool]] = []
    done = 0
    for chain in _tables_in(folded):
        parts.append((text[done : chain[0].start()], False))
        for label, after in pairwise([*chain, None]):
            assert label is not None
            parts.append((text[label.start() : label.end()], True))
            figures = _FIGURES.match(folded, label.end(), after.start() if after else len(folded))
            done = figures.end() if figures else label.end()
            parts.append((text[label.end() : done], True))
            gap = text[done : after.start()] if after else ""
            parts.append((gap, is_of_form(gap)))
            done += len(gap)
    parts.append((text[done:], False))
    return [(part, own) for part, own in parts if part.strip()]


def _tables_in(folded: str) -> Iterator[list[re.Match[str]]]:
    """Labels that follow each other with no end of a sentence between, where they are enough for a table."""
    chain: list[re.Match[str]] = []
    for found, after in pairwise([*_IN_TEXT.finditer(folded), None]):
        assert found is not None
        chain.append(found)
        if after is None or _SENTENCE.search(folded, found.end(), after.start()):
            if len(chain) >= _FEWEST:
                yield chain
            chain = []
