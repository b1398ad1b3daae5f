"""A report's own data inside the finished documents: files attached to the PDF, downloads and JSON-LD in the page.

The PDF carries the figures as the office filed them, so that an archive holds what the report was made of. The page offers
the tables as they are printed, totals filled in, as CSV and JSON, and describes them with schema.org for harvesters.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.document.pandoc_ast import typst_bytes, typst_string
from helpers.files.digests import digest_of
from helpers.files.reading import read_bytes
from helpers.files.templates import Markup, filled
from helpers.report.figures import format_figure
from helpers.report.folder import Report, table_csv
from helpers.report.form import FORM, TOTAL, Table

COUNT_UNIT = "件"
"""Unit of every figure for which the form's data name no other."""

_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
}


@dataclass(frozen=True)
class Download:
    """A file offered by the page: the name of what it holds, its ending, its title for people, its bytes."""

    key: str
    suffix: str
    title: str
    data: bytes

    @property
    def media_type(self) -> str:
        """Media type by the ending."""
        return _MEDIA_TYPES[self.suffix]

    @property
    def identity(self) -> str:
        """Identifier of its link in the page."""
        return f"download-{self.key}"


def markdown(report: Report) -> str:
    """Return attachments, downloads and JSON-LD as Markdown for an ``asis`` cell.

    The attachments are a raw Typst block, their bytes written out so that no path matters; the rest is the property
    ``downloads`` of the document, which the page's template prints after the main part.
    """
    attached = "\n".join(map(_attachment, attachments(report)))
    # A property that ends with a line break is read as blocks.
    downloads = json.dumps(f"```{{=html}}\n{_page(report)}\n```\n", ensure_ascii=False)
    return f"---\ndownloads: {downloads}\n---\n\n```{{=typst}}\n{attached}\n```"


# The PDF's attachments ------------------------------------------------------------------------------------------------


def attachments(report: Report) -> list[Download]:
    """Files that the PDF carries: the three CSVs byte for byte, and everything the report states as JSON.

    Neither ``report.yml`` nor the prose: what a clerk noted in them as a comment was never meant to be published, and
    the text itself stands in the PDF.
    """
    tables = [
        Download(table.name, ".csv", table.heading, read_bytes(report.folder / f"{table.name}.csv"))
        for table in FORM.tables.values()
    ]
    return [*tables, _everything(report)]


def _attachment(file: Download) -> str:
    # PDF/A-3: the CSVs are the figures the tables show; the JSON describes the same report in another way.
    relationship = "data" if file.suffix == ".csv" else "alternative"
    return (
        f'#pdf.attach("{file.key}{file.suffix}", {typst_bytes(file.data)}, relationship: "{relationship}", '
        f'mime-type: "{file.media_type}", description: {typst_string(file.title)})'
    )


# Downloads in the page ------------------------------------------------------------------------------------------------


def downloads(report: Report) -> list[Download]:
    """Files the page offers: a CSV a table, as Excel and WPS open it by a double click, and one JSON with all figures."""
    tables = [
        Download(table.name, ".csv", table.heading, table_csv(report, table).encode("utf-8-sig"))
        for table in FORM.tables.values()
    ]
    return [*tables, _everything(report)]


def _everything(report: Report) -> Download:
    return Download("report", ".json", "全部数据", _json(figures(report), indent=1).encode())


def figures(report: Report) -> dict[str, Any]:
    """Every figure by its keys, in the shape of ``import --json``, and the keys of the columns."""
    tables: dict[str, Any] = {}
    for table in FORM.tables.values():
        rows = {key: [report.figure(table.name, key, column) for column in table.column] for key in table.row}
        tables[table.name] = rows if len(table.columns) > 1 else {key: row[0] for key, row in rows.items()}
    return {
        "organ": report.organ,
        "short_name": report.short_name,
        "level": report.level,
        "year": report.year,
        "contact": {key: value for key, value in vars(report.contact).items() if value},
        "information_fee_yuan": report.information_fee_yuan,
        "title": report.title,
        "published": report.published and report.published.isoformat(),
        "columns": {
            table.name: list(table.column) for table in FORM.tables.values() if len(table.columns) > 1
        },
        **tables,
    }


def _json(value: Any, indent: int | None = None) -> str:
    """Write JSON in which an amount is a number with the digits it has, which a float would not keep."""
    text = json.dumps(
        value, ensure_ascii=False, indent=indent, default=lambda amount: f"\0{format_figure(amount)}\0"
    )
    return re.sub(r'"\\u0000([\d.]+)\\u0000"', r"\1", text)


def _page(report: Report) -> str:
    files = downloads(report)
    # “<” would end the script, and “{{<” is a shortcode to Quarto.
    described = _json(linked_data(report, files)).replace("<", "\\u003c")
    links = [_link(file, report) for file in files]
    return str(filled("downloads.html", described=Markup(described), files=links))


def _link(file: Download, report: Report) -> dict[str, str]:
    return {
        "identity": file.identity,
        # A line break in a name could end the raw block.
        "name": " ".join(f"{report.short_name}-{report.year}-{file.key}{file.suffix}".split()),
        "address": f"data:{file.media_type};charset=utf-8;base64,{base64.b64encode(file.data).decode()}",
        "title": file.title,
        "kind": file.suffix[1:].upper(),
    }


# schema.org -----------------------------------------------------------------------------------------------------------


def linked_data(report: Report, files: list[Download]) -> dict[str, Any]:
    """Describe the report and its tables as schema.org ``Report`` and ``Dataset``.

    Parameters
    ----------
    files
        What the page offers, the tables' CSVs first and in the form's order; addresses in it are relative to the page.
    """
    common = {
        "inLanguage": "zh-CN",
        "temporalCoverage": f"{report.year}-01-01/{report.year}-12-31",
        "isAccessibleForFree": True,
    }
    organ = {"@type": "GovernmentOrganization", "name": report.organ}
    description = FORM.description.format(organ=report.organ, year=report.year)
    *tables, everything = files
    datasets = [
        {
            "@type": "Dataset",
            "@id": f"#table-{table.name}",
            "name": f"{report.title}：{table.heading}",
            "description": f"{description}本数据集为其中的“{table.heading}”。",
            "creator": organ,
            **common,
            "isBasedOn": FORM.notice["number"],
            "variableMeasured": list(_variables(report, table)),
            "distribution": [_media(file, "DataDownload")],
        }
        for table, file in zip(FORM.tables.values(), tables, strict=True)
    ]
    published = {"datePublished": report.published.isoformat()} if report.published else {}
    return {
        "@context": "https://schema.org",
        "@type": "Report",
        "@id": "#report",
        "name": report.title,
        "description": description,
        "keywords": [report.short_name, *FORM.keywords],
        "author": organ,
        "publisher": organ,
        **published,
        **common,
        "encoding": [_media(everything, "MediaObject")],
        "hasPart": datasets,
    }


def _variables(report: Report, table: Table) -> Iterator[dict[str, Any]]:
    """Name each row of a table with its figure, or its total."""
    column = TOTAL if TOTAL in table.column else "value"
    for key, row in table.row.items():
        yield {
            "@type": "PropertyValue",
            "propertyID": key,
            "name": "—".join(row.labels[1:] or row.labels),
            "value": report.figure(table.name, key, column),
            "unitText": row.unit or COUNT_UNIT,
        }


def _media(file: Download, kind: str) -> dict[str, Any]:
    return {
        "@type": kind,
        "name": file.title,
        "encodingFormat": file.media_type,
        "contentSize": f"{len(file.data)} B",
        "sha256": digest_of([file.data]),
        "url": f"#{file.identity}",
    }
