"""An imported report as a folder: whole or not at all, nothing lost, nothing guessed."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from helpers import intake
from helpers.intake.matching.model import Imported, IntakeError
from helpers.report.findings import errors
from helpers.report.folder import load, read
from helpers.report.folder import read as read_report
from helpers.report.form import FORM
from tests.intake import make


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(make.web(make.tallying()))
    return path


def tables(folder: Path) -> make.Figures:
    read = read_report(folder).report
    assert read is not None
    return {name: read.tables[name].to_dict("index") for name in read.tables}


def test_a_page_becomes_a_folder_that_can_be_rendered_as_it_stands(page, tmp_path):
    folder = intake.write(intake.read(page), tmp_path / "data" / "county-2024")
    loaded = load(folder)
    assert tables(folder) == make.tallying()
    assert (loaded.organ, loaded.level, loaded.year) == ("青禾县人民政府", "county", 2024)
    assert str(loaded.published) == "2025-01-20"
    assert loaded.contact.phone == "0555-1234567"
    assert loaded.prose["overview"] == "\n\n".join(make.OVERVIEW) + "\n"
    assert sorted(path.name for path in folder.iterdir()) == [
        "applications.csv",
        "disclosure.csv",
        "lead.md",
        "other.md",
        "overview.md",
        "problems.md",
        "proceedings.csv",
        "report.yml",
    ]


def test_a_cell_that_was_not_read_is_blank_and_named_by_the_shape_rules(page, tmp_path):
    figures = make.tallying()
    old = f"<p>{figures['applications']['new_received']['natural_person']}</p>"
    page.write_text(page.read_text().replace(old, "<p>/</p>", 1))
    imported = intake.read(page)
    folder = intake.write(imported, tmp_path / "out")
    (found,) = errors(read(folder).findings)
    assert (found.table, found.row, found.column) == ("applications", "new_received", "natural_person")
    with (folder / "applications.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1][2] == ""
    assert imported.messages()[0] in (folder / "import-notes.md").read_text()


def test_what_a_page_does_not_state_is_left_for_the_clerk(tmp_path):
    path = tmp_path / "page.html"
    body = make.page(
        {name: make.web_table(rows) for name, rows in make.grids(make.tallying()).items()},
        title="青禾市2024年政府信息公开工作年度报告",
    )
    path.write_text(body.replace(make.LEAD, "").replace(make.OTHER[0], "无"))
    folder = intake.write(intake.read(path), tmp_path / "out")
    named = " ".join(found.message for found in read(folder).findings)
    for key in ("level", "contact.office", "contact.phone", "information_fee_yuan"):
        assert key in named


@pytest.mark.parametrize(
    ("organ", "level"),
    [
        ("澧县小渡口镇人民政府", "township"),
        ("某街道办事处", "township"),
        ("青禾县人民政府", "county"),
        ("某市某区人民政府", "county"),
        ("某自治州人民政府", "prefecture"),
        ("福建省人民政府", "province"),
        ("广西壮族自治区人民政府", "province"),
        ("某市财政局", "department"),
        ("国家税务总局", "ministry"),
        ("中国气象局", "ministry"),
        ("中国人民银行", "ministry"),
        ("中华人民共和国司法部", "ministry"),
        ("财政部", "ministry"),
        ("国家税务总局北京市税务局", "department"),
        ("国家统计局某省调查总队", "department"),
        ("中国证券监督管理委员会某地监管局", "department"),
        ("北京市气象局", "department"),
        ("中国某某局", None),
        ("某市人民政府", None),
        ("某某新区管理委员会", None),
        ("某综合实验区", None),
    ],
)
def test_the_level_is_taken_from_a_name_that_leaves_no_doubt(organ, level, tmp_path):
    imported = Imported(organ, 2024, None, None, {name: {} for name in FORM.tables}, {}, [], {"contact": {}})
    text = (intake.write(imported, tmp_path / "out") / "report.yml").read_text()
    assert f"level: {level or 'null'}\n" in text


def test_a_folder_is_never_overwritten_unless_asked_and_then_kept(page, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("x")
    with pytest.raises(IntakeError, match="--replace"):
        intake.write(intake.read(page), folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    intake.write(intake.read(page), folder, replace=True)
    intake.write(intake.read(page), folder, replace=True)
    assert (folder / "report.yml").exists()
    assert (tmp_path / "out.old" / "mine.txt").read_text() == "x"
    assert (tmp_path / "out.old2" / "report.yml").exists()


def test_nothing_is_left_where_writing_fails_half_way(page, tmp_path):
    imported = intake.read(page)
    imported.sections["other"] = "\ud800"  # cannot be written as UTF-8
    place = tmp_path / "data"
    with pytest.raises(UnicodeEncodeError):
        intake.write(imported, place / "out")
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "organ", "folder"),
    [
        ("xiaodukou-2023.html", "小渡口镇", "xiaodukou-2023-2024"),
        ("county_2024.pdf", "青禾县人民政府", "county_2024"),
        ("page.html", "青禾县人民政府", "青禾县人民政府-2024"),
        ("2024年度报告.docx", "青禾县/../人民政府", "青禾县人民政府-2024"),
        ("..html", None, "imported-2024"),
    ],
)
def test_the_default_folder_is_inside_data_whatever_the_names(name, organ, folder):
    imported = Imported(organ, 2024, None, None, {}, {}, [])
    assert intake.default_folder(imported, Path(name)) == Path("data") / folder


def test_the_json_has_the_contracts_shape_and_keeps_the_digits_of_amounts(tmp_path):
    figures = make.distinct()
    path = tmp_path / "page.html"
    path.write_bytes(make.web(figures))
    text = intake.dumps(intake.read(path).to_json())
    document = json.loads(text, parse_float=Decimal)
    assert list(document) == [
        "organ", "year", "title", "published", "disclosure", "applications", "proceedings", "lead", "contact", "fee",
        "level", "sections", "unread", "characters",
    ]  # fmt: skip
    assert {name: document[name] for name in FORM.tables} == make.as_json(figures)
    assert '"fees": 9116.360' in text
    assert document["lead"] == make.LEAD + "\n"
    assert document["contact"]["phone"] == "0555-1234567"
    assert (document["fee"], document["level"]) == (0, "county")
    assert list(document["sections"]) == ["overview", "problems", "other"]
    assert document["unread"] == []


def test_a_text_that_looks_like_a_marked_number_stays_a_text():
    assert json.loads(intake.dumps(["\\u00001\\u0000", Decimal("1.50")])) == ["\\u00001\\u0000", 1.5]
