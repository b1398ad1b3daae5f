"""The form as data, held against the blank official form."""

import json
from pathlib import Path
from typing import ClassVar

import pytest
import yaml
from conftest import ROOT
from grids import cells
from lxml import html

from helpers.document import tables
from helpers.report.folder import load
from helpers.report.form import FORM, HANDLED, RESULTS

OFFICIAL = yaml.safe_load((Path(__file__).parents[1] / "official_form.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FORM.tables)
def test_every_cell_label_and_merge_is_the_official_forms(name: str) -> None:
    printed = html.fromstring(tables.html_table(load(ROOT / "data" / "xiaodukou-2024"), name))
    grid = cells(printed)
    figures = {(cell.row, cell.column) for cell in grid if cell.tag == "td"}
    ours = [
        [c.row, c.column, c.rows, c.columns, "" if (c.row, c.column) in figures else c.text] for c in grid
    ]
    assert ours == OFFICIAL[name]


def test_the_number_of_figures() -> None:
    counts = {name: len(table.rows) * len(table.columns) for name, table in FORM.tables.items()}
    assert counts == {"disclosure": 10, "applications": 175, "proceedings": 15}


def test_results_are_the_21_rows_between_the_second_part_and_the_total() -> None:
    keys = [row.key for row in FORM.tables["applications"].rows]
    assert list(RESULTS) == keys[2 : keys.index(HANDLED)]
    assert len(RESULTS) == 21


@pytest.mark.parametrize(
    ("level", "day"),
    [
        ("township", "2025-01-31"),
        ("department", "2025-01-31"),
        ("county", "2025-02-20"),
        ("prefecture", "2025-03-10"),
        ("province", "2025-03-31"),
        ("ministry", "2025-01-31"),
    ],
)
def test_last_day_for_publication(level: str, day: str) -> None:
    assert FORM.levels[level].last_day(2024).isoformat() == day


def test_every_label_of_the_form_stands_once() -> None:
    """No label is written a second time in code or in the document's chunks."""
    labels = {label for table in FORM.tables.values() for item in table.rows for label in item.labels}
    sources = (ROOT / "helpers").rglob("*.py")
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert not [label for label in labels if len(label) > 6 and f'"{label}"' in code]


class TestDataDictionary:
    package: ClassVar = json.loads((ROOT / "data" / "form" / "datapackage.json").read_text(encoding="utf-8"))
    resources: ClassVar = {resource["name"]: resource for resource in package["resources"]}

    def test_every_csv_is_described(self) -> None:
        form_files = {path.name for path in (ROOT / "data" / "form").glob("*.csv")}
        described = {resource["path"] for resource in self.package["resources"]}
        assert described == form_files | {f"../xiaodukou-2024/{name}.csv" for name in FORM.tables}

    @pytest.mark.parametrize("name", FORM.tables)
    def test_columns_of_the_report_csvs(self, name: str) -> None:
        fields = self.resources[f"report-{name}"]["schema"]["fields"]
        assert [field["name"] for field in fields] == FORM.tables[name].csv_header

    def test_files_agree_with_their_schema(self) -> None:
        import csv

        folder = ROOT / "data" / "form"
        for resource in self.package["resources"]:
            with (folder / resource["path"]).open(encoding="utf-8-sig", newline="") as stream:
                header = next(csv.reader(stream))
            assert header == [field["name"] for field in resource["schema"]["fields"]], resource["path"]
