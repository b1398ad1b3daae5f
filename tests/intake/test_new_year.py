"""A year begun with ``new``: valid at once, carried over from last year, and honest about what is missing."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from helpers import intake
from helpers.intake import new_year
from helpers.report.folder import load
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM
from tests.intake import make

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def last(tmp_path: Path) -> Path:
    """Last year's folder, imported from a page."""
    page = tmp_path / "page.html"
    page.write_bytes(make.web(make.tallying(3)))
    return intake.write(intake.read(page), tmp_path / "county-2024")


def test_a_year_begins_with_what_last_year_hands_over(last, tmp_path):
    folder = tmp_path / "county-2025"
    started = new_year.create(folder, "青禾县人民政府", "county", 2025, last)
    loaded = load(folder)
    forward = make.tallying(3)["applications"][CARRIED_FORWARD]
    assert any(forward.values())
    assert loaded.tables["applications"].loc[CARRIED_OVER].to_dict() == forward
    others = loaded.tables["applications"].drop(index=CARRIED_OVER)
    assert not others.any(axis=None)
    assert not loaded.tables["disclosure"].any(axis=None)
    assert not loaded.tables["proceedings"].any(axis=None)
    assert loaded.contact == load(last).contact
    assert loaded.linked(loaded.previous) == last.resolve()
    assert loaded.published is None
    assert not any(new_year.TO_FILL in line for line in started.to_fill)


def test_the_prose_holds_headings_topics_and_hints_that_no_reader_sees(tmp_path):
    from helpers.document import prose

    folder = tmp_path / "county-2025"
    new_year.create(folder, "青禾县人民政府", "county", 2025)
    loaded = load(folder)
    assert prose.findings(loaded) == []
    shown = [paragraph.text for paragraph in prose.paragraphs(loaded, "overview")]
    assert [text.partition("）")[2] for text in shown] == list(FORM.overview_topics)
    assert "<!-- 提示：" in loaded.prose["overview"]
    assert prose.paragraphs(loaded, "other") == []


def test_an_empty_year_says_everything_that_is_to_fill(tmp_path):
    started = new_year.create(tmp_path / "a", "某镇人民政府", "township", 2025)
    listed = "\n".join(started.to_fill)
    for name in (
        "contact.office",
        "contact.phone",
        "disclosure.csv",
        "overview.md",
        "information_fee_yuan",
        "上年结转",
    ):
        assert name in listed


def test_last_years_folder_need_not_be_complete(last, tmp_path):
    text = (last / "applications.csv").read_text(encoding="utf-8-sig")
    lines = [
        ",".join([*line.split(",")[:2], "", *line.split(",")[3:]])
        if line.startswith(CARRIED_FORWARD)
        else line
        for line in text.splitlines()
    ]
    (last / "applications.csv").write_text("\n".join(lines))
    (last / "report.yml").write_text("organ: 青禾县人民政府\nlevel: null\ncontact: null\nyear: 2024\n")
    started = new_year.create(tmp_path / "b", "青禾县人民政府", "county", 2025, last)
    assert load(tmp_path / "b").figure("applications", CARRIED_OVER, "natural_person") == 0
    assert any("自然人" in line for line in started.to_fill)


def test_blank_totals_of_last_year_are_computed(last, tmp_path):
    text = (last / "applications.csv").read_text(encoding="utf-8-sig")
    (last / "applications.csv").write_text(
        "\n".join(
            line.rpartition(",")[0] + "," if "," in line and not line.startswith("key") else line
            for line in text.splitlines()
        )
    )
    new_year.create(tmp_path / "b", "青禾县人民政府", "county", 2025, last)
    forward = make.tallying(3)["applications"][CARRIED_FORWARD]
    assert load(tmp_path / "b").tables["applications"].loc[CARRIED_OVER].to_dict() == forward


@pytest.mark.parametrize(
    ("organ", "level", "year", "why"),
    [
        ("", "county", 2025, "organ"),
        ("青禾县人民政府", "village", 2025, "level"),
        ("青禾县人民政府", "county", 1999, "year"),
        ("青禾县人民政府", "county", 2027, "接不上"),
    ],
)
def test_what_cannot_be_begun_leaves_nothing_behind(organ, level, year, why, last, tmp_path):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(new_year.NewError, match=why):
        new_year.create(tmp_path / "c", organ, level, year, last if year > 2000 else None)
    assert sorted(tmp_path.iterdir()) == before


def test_an_existing_folder_and_a_missing_last_year_are_named(last, tmp_path):
    with pytest.raises(new_year.NewError, match="已经有了"):
        new_year.create(last, "青禾县人民政府", "county", 2025)
    with pytest.raises(new_year.NewError, match="读不了"):
        new_year.create(tmp_path / "c", "青禾县人民政府", "county", 2025, tmp_path / "none")
    shutil.copy(last / "disclosure.csv", last / "report.yml")
    with pytest.raises(new_year.NewError, match="读不了"):
        new_year.create(tmp_path / "c", "青禾县人民政府", "county", 2025, last)


def test_the_example_reports_can_be_continued(tmp_path):
    for folder in sorted((ROOT / "data").glob("*-20??")):
        loaded = load(folder)
        new_year.create(tmp_path / folder.name, loaded.organ, loaded.level, loaded.year + 1, folder)
        begun = load(tmp_path / folder.name)
        assert begun.dated == date(loaded.year + 1, 12, 31)
        assert begun.short_name == loaded.short_name
