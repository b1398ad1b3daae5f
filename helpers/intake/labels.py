"""The form's labels as a reader looks them up: rows, columns, groups, and what heads a column of section 2."""

from collections.abc import Iterable

from helpers.form import FORM, Item
from helpers.intake.readings import APPLICATIONS, DISCLOSURE, PROCEEDINGS, Slot
from helpers.intake.words import among, find

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
