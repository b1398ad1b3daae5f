"""The workbook: the form's grid, only figures to type, and back to the folder that typing the CSVs would give."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpers import intake
from helpers.files.yaml_text import dump_yaml
from helpers.intake import workbook
from helpers.intake.matching import matcher
from helpers.intake.matching.model import IntakeError
from helpers.intake.readers import kinds as files
from helpers.report.findings import rules
from helpers.report.folder import Report, load, save
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FOLDER, FORM, NEW
from helpers.report.local_addenda import names as addendum_names
from tests.intake import make

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "data").glob("*-20??"))
SCHEMA = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))


def with_figures(example: Report, figures: make.Figures) -> Report:
    changed = deepcopy(example.figures)
    for name, rows in figures.items():
        for row, cells in rows.items():
            changed[name][row] |= cells
    return replace(example, figures=changed)


@pytest.fixture(scope="module")
def example() -> Report:
    return load(ROOT / "data" / "xiaodukou-2024")


@pytest.fixture
def book(example, tmp_path) -> Path:
    return workbook.write(with_figures(example, make.tallying(5)), tmp_path / "a.xlsx")


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda one: one.name)
def test_import_of_a_workbook_gives_the_folder_it_was_made_from(folder, tmp_path):
    original = load(folder)
    path = workbook.write(original, tmp_path / "a.xlsx")
    again = intake.write(intake.read(path), tmp_path / "out")
    saved = tmp_path / "saved"
    save(original, saved)
    for file in saved.iterdir():
        texts = [path.read_text("utf-8-sig") for path in (again / file.name, file)]
        assert texts[0] == texts[1] or yaml.safe_load(texts[0]) == yaml.safe_load(texts[1]), file.name
    assert not (again / "import-notes.md").exists()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    fee=st.decimals(0, 10**9, allow_nan=False, places=6),
    line=st.text(max_size=80),
)
def test_any_report_comes_back_from_its_workbook(example, tmp_path_factory, seed, fee, line):
    figures = make.tallying(seed)
    figures["disclosure"]["fees"]["value"] = fee
    prose = {
        **example.prose,
        "overview": "".join(char for char in line if char.isprintable()) + "\n\n第二段\n",
    }
    original = replace(with_figures(example, figures), prose=prose)
    path = workbook.write(original, tmp_path_factory.mktemp("book") / "a.xlsx")
    imported = matcher.place(files.read(path.read_bytes()))
    assert imported.figures == figures
    assert imported.sections == {key: text for key, text in prose.items() if key != "lead"}


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Whatever a value of report.yml may be by its schema."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(*(_OF_TYPE[kind](schema) for kind in kinds))


def _object(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    if "properties" in schema:
        return st.fixed_dictionaries({key: values(one) for key, one in schema["properties"].items()})
    return st.dictionaries(
        st.sampled_from(sorted(rules())), values(schema["additionalProperties"]), max_size=3
    )


def _string(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    if "examples" in schema:
        return st.sampled_from(schema["examples"])
    if schema.get("format") == "date":
        return st.dates(date(2008, 1, 1), date(2100, 12, 31)).map(date.isoformat)
    texts = st.text(st.characters(codec="gb18030", categories=["L", "N", "P"]), min_size=1, max_size=30)
    return st.one_of(
        texts, st.sampled_from(["true", "null", "[1]", "{}", "0012", "=1+1", "2024-01-01", "甲 乙"])
    )


_OF_TYPE: dict[str, Callable[[dict[str, Any]], st.SearchStrategy[Any]]] = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "integer": lambda schema: st.integers(schema["minimum"], schema["maximum"]),
    "number": lambda schema: st.decimals(schema["minimum"], 10**9, places=2),
    "array": lambda schema: st.lists(
        values(schema["items"]),
        min_size=schema.get("minItems", 0),
        max_size=3,
        unique=schema.get("uniqueItems", False),
    ),
    "object": _object,
    "string": _string,
}


@settings(max_examples=15, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(stated=values(SCHEMA))
def test_every_key_of_report_yml_comes_back_from_the_workbook(example, tmp_path_factory, stated):
    stated["local"] = stated["local"] and addendum_names()[0]
    place = tmp_path_factory.mktemp("settings")
    save(example, place / "folder")
    text = dump_yaml(stated)
    (place / "folder" / "report.yml").write_text(text, encoding="utf-8")
    original = load(place / "folder")
    path = workbook.write(original, place / "a.xlsx")
    again = load(intake.write(matcher.place(files.read(path.read_bytes())), place / "again"))
    assert {key: getattr(again, key) for key in stated} == {key: getattr(original, key) for key in stated}
    assert stated.keys() == SCHEMA["properties"].keys()


def test_the_grids_are_the_forms(book):
    sheets = openpyxl.load_workbook(book)
    for name, rows in make.grids(make.tallying(5)).items():
        sheet = sheets[workbook.SHEETS[name]]
        expected = make.expanded(rows)
        top = 3
        labels = [
            (row, column, text)
            for row, line in enumerate(expected, top)
            for column, text in enumerate(line, 1)
            if text and not text.replace(".", "").isdigit()
        ]
        assert all(sheet.cell(row, column).value == text for row, column, text in labels)
        merged = {str(area) for area in sheet.merged_cells.ranges}
        assert len(merged) == sum(span.wide * span.tall > 1 for row in rows for span in row)


def test_only_figures_can_be_typed_in_and_totals_are_formulas(book):
    for name, sheet in (
        (name, openpyxl.load_workbook(book)[title]) for name, title in workbook.SHEETS.items()
    ):
        assert sheet.protection.sheet
        table = FORM.tables[name]
        cells = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
        computed = {("applications", "total_handled")}
        typed = [
            (row, column)
            for row in table.row
            for column in table.column
            if column != "total" and (name, row) not in computed
        ]
        assert len({cell.coordinate for cell in cells if cell.value is not None}) == len(typed)
        assert all(isinstance(cell.value, int | float) for cell in cells if cell.value is not None)
        checked = {area for rule in sheet.data_validations.dataValidation for area in str(rule.sqref).split()}
        assert len(checked) == len(typed)
        assert sheet.page_setup.paperSize == 9
    for title in (workbook.SETTINGS, workbook.PROSE, workbook.LAST_YEAR):
        assert openpyxl.load_workbook(book)[title].protection.sheet


def test_last_years_figures_stand_beside(tmp_path):
    loaded = load(ROOT / "data" / "pingtan-2023")
    path = workbook.write(loaded, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(path)[workbook.LAST_YEAR]
    lines = {row[1].value: [cell.value for cell in row[2:9]] for row in sheet.iter_rows()}
    last = load(ROOT / "data" / "pingtan-2022")
    label = FORM.tables["applications"].row[CARRIED_FORWARD].label
    assert lines[label] == list(last.tables["applications"].loc[CARRIED_FORWARD])


def test_a_formula_without_its_value_is_refused_by_name(book, tmp_path):
    edited = openpyxl.load_workbook(book)  # openpyxl drops the stored values of formulas
    edited.save(tmp_path / "edited.xlsx")
    with pytest.raises(IntakeError, match="“依申请公开”的 J6"):
        intake.read(tmp_path / "edited.xlsx")


def test_a_line_longer_than_a_cell_is_refused_and_nothing_is_written(example, tmp_path):
    long = replace(example, prose={**example.prose, "other": "长" * 40_000})
    with pytest.raises(workbook.WorkbookError, match=r"other.*32767"):
        workbook.write(long, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_same_report_gives_the_same_workbook(example, tmp_path):
    one, two = (workbook.write(example, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    with zipfile.ZipFile(io.BytesIO(one)) as first, zipfile.ZipFile(io.BytesIO(two)) as second:
        for name in first.namelist():
            assert first.read(name) == second.read(name) or name == "docProps/core.xml"


# With LibreOffice -----------------------------------------------------------------------------------------------------


@pytest.fixture
def calc(program: Callable[[str], str], tmp_path: Path) -> Callable[[Path, str], Path]:
    """Recalculate a workbook and save it as another kind of file."""
    office = program("soffice")

    def convert(path: Path, kind: str) -> Path:
        out = tmp_path / "converted"
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [office, "--headless", profile, "--convert-to", kind, "--outdir", str(out), str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return out / path.with_suffix("." + kind.partition(":")[0]).name

    return convert


def edit(book: Path, title: str, cell: str, value: int) -> Path:
    """The workbook after a clerk has typed a figure."""
    edited = openpyxl.load_workbook(book)
    edited[title][cell] = value
    path = book.with_name("edited.xlsx")
    edited.save(path)
    return path


def test_a_recalculated_workbook_imports_the_same_and_a_typed_figure_moves_its_totals(book, calc):
    figures = make.tallying(5)
    assert intake.read(calc(book, "xlsx")).figures == figures
    typed = edit(book, "依申请公开", "E9", 77)  # （二）部分公开, 商业企业
    applications = figures["applications"]
    added = 77 - applications["partly_granted"]["business"]
    applications["partly_granted"]["business"] = 77
    applications["partly_granted"]["total"] += added
    for column in ("business", "total"):
        applications["total_handled"][column] += added
    assert intake.read(calc(typed, "xlsx")).figures == figures


def reds(pdf: Path) -> set[str]:
    """Texts that stand on red in a printed workbook."""
    import pdfplumber

    found = set()
    with pdfplumber.open(pdf) as file:
        for page in file.pages:
            for rect in page.rects:
                if rect["fill"] and tuple(rect["non_stroking_color"] or ()) == (1, 0, 0):
                    text = (
                        page.crop((rect["x0"], rect["top"], rect["x1"], rect["bottom"])).extract_text() or ""
                    )
                    found.update(re.findall(r"\d+", text))
    return found


def test_a_sum_that_does_not_tally_turns_red_with_the_rules_sentence_beside_it(book, calc):
    figures = make.tallying(5)["applications"]
    assert reds(calc(book, "pdf")) == set()
    typed = edit(book, "依申请公开", "D6", 98765)  # 一、本年新收, 自然人
    recalculated = openpyxl.load_workbook(calc(typed, "xlsx"), data_only=True)["依申请公开"]
    sentences = [row[10].value for row in recalculated.iter_rows() if row[10].value]
    assert sentences == [f"{rules()['B-IDENT'].text}〔B-IDENT〕"]
    shown = reds(calc(typed, "pdf"))
    assert "98765" in shown
    rows = (CARRIED_OVER, "total_handled", CARRIED_FORWARD)
    wrong = {"98765", str(figures[NEW]["total"] + 98765 - figures[NEW]["natural_person"])}
    wrong |= {str(figures[row][column]) for row in rows for column in ("natural_person", "total")}
    assert shown == wrong


def test_what_last_year_handed_over_turns_red_where_it_differs(calc, tmp_path):
    folder = shutil.copytree(ROOT / "data" / "pingtan-2022", tmp_path / "last")
    loaded = replace(load(ROOT / "data" / "pingtan-2023"), previous=str(folder.resolve()))
    path = workbook.write(loaded, tmp_path / "a.xlsx")
    assert reds(calc(path, "pdf")) == set()
    typed = edit(path, "依申请公开", "F7", 4321)  # 二、上年结转, 科研机构
    assert "4321" in reds(calc(typed, "pdf"))
    recalculated = openpyxl.load_workbook(calc(typed, "xlsx"), data_only=True)["依申请公开"]
    assert any("X-CARRY" in str(row[10].value) for row in recalculated.iter_rows())


def test_amounts_keep_the_digits_that_were_written(example, tmp_path):
    for written in ("9116.360", "0.10", "123456789012345.1234567890", "0"):
        figures = make.tallying()
        figures["disclosure"]["fees"]["value"] = Decimal(written)
        path = workbook.write(with_figures(example, figures), tmp_path / "a.xlsx")
        read = intake.read(path).figures["disclosure"]["fees"]["value"]
        assert str(read) == written
