"""Report folders: what is read, what is computed, and what a clerk is told when something is wrong."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.report.findings import Finding
from helpers.report.folder import InvalidReport, load, read, save
from helpers.report.folder import read as read_report
from helpers.report.form import FORM, HANDLED, TOTAL


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert old in text, f"{old!r} does not stand in {path.name}"
    path.write_text(text.replace(old, new, count), encoding="utf-8-sig")


def found(folder: Path) -> list[Finding]:
    return read_report(folder).findings


def only(folder: Path) -> Finding:
    (one,) = found(folder)
    return one


def test_the_example_is_read(folder: Path) -> None:
    example = load(folder)
    assert example.title == "澧县小渡口镇人民政府2024年政府信息公开工作年度报告"
    assert (example.figure("disclosure", "licensing"), example.figure("disclosure", "penalties")) == (403, 18)
    assert example.figure("applications", "total_handled", "total") == 0
    assert example.contact.phone == "0736-3612417"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_excel_and_wps_are_read(folder: Path, encoding: str) -> None:
    expected = load(folder)
    for path in [*folder.glob("*.csv"), *folder.glob("*.md"), folder / "report.yml"]:
        path.write_text(path.read_text(encoding="utf-8-sig"), encoding=encoding)
    again = load(folder)
    assert again.prose == expected.prose
    assert again.organ == expected.organ
    assert all(again.tables[name].equals(expected.tables[name]) for name in FORM.tables)


@pytest.mark.parametrize(
    ("written", "figure"),
    [("４０３", 403), ('"1,403"', 1403), ("  403 ", 403), ("\u3000403\u3000", 403), ("007", 7)],
)
def test_ways_to_write_a_number_that_are_read(folder: Path, written: str, figure: int) -> None:
    edit(folder / "disclosure.csv", ",403", f",{written}")
    assert load(folder).figure("disclosure", "licensing") == figure


@pytest.mark.parametrize("digits", ["0", "0.0", "0.0000000000", "7730.28", "4166.2416190000", "72701.2578"])
def test_amounts_keep_their_digits(folder: Path, tmp_path: Path, digits: str) -> None:
    edit(folder / "disclosure.csv", "（单位：万元）,0", f"（单位：万元）,{digits}")
    save(load(folder), tmp_path / "saved")
    saved = load(tmp_path / "saved").figure("disclosure", "fees")
    assert isinstance(saved, Decimal)
    assert format(saved, "f") == digits


def test_blank_totals_are_computed(folder: Path) -> None:
    path = folder / "applications.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    for number, line in enumerate(lines):
        key, label, *figures = line.split(",")
        if key in {"granted", "denied_third_party"}:
            figures = ["3", "1", "0", "0", "0", "0", ""]
        elif key == HANDLED:
            figures = [""] * 7
        lines[number] = ",".join([key, label, *figures])
    path.write_text("\n".join(lines), encoding="utf-8")
    read = load(folder)
    assert read.figure("applications", "granted", TOTAL) == 4
    assert list(read.tables["applications"].loc[HANDLED]) == [6, 2, 0, 0, 0, 0, 8]


def test_a_filled_total_is_kept_as_written(folder: Path) -> None:
    edit(
        folder / "proceedings.csv", "reconsideration,行政复议,0,0,0,0,0", "reconsideration,行政复议,1,0,0,0,7"
    )
    assert load(folder).figure("proceedings", "reconsideration", TOTAL) == 7


class TestEveryFaultIsNamed:
    """File, line, what stands there, what should."""

    def test_missing_csv(self, folder: Path) -> None:
        (folder / "applications.csv").unlink()
        one = only(folder)
        assert (one.rule, one.file, one.table) == ("LOAD", "applications.csv", "applications")
        assert "找不到" in one.message

    def test_empty_csv(self, folder: Path) -> None:
        (folder / "disclosure.csv").write_text("\n\n")
        assert (only(folder).file, "空" in only(folder).message) == ("disclosure.csv", True)

    def test_missing_row(self, folder: Path) -> None:
        path = folder / "disclosure.csv"
        path.write_text(
            "".join(line for line in path.read_text("utf-8-sig").splitlines(True) if "penalties" not in line)
        )
        assert "penalties（" in only(folder).message

    def test_doubled_row(self, folder: Path) -> None:
        path = folder / "proceedings.csv"
        path.write_text(path.read_text("utf-8-sig") + "litigation_direct,未经复议直接起诉,0,0,0,0,0\n")
        one = only(folder)
        assert (one.line, one.row) == (5, "litigation_direct")
        assert "第 3 行已经有了" in one.message

    def test_unknown_row(self, folder: Path) -> None:
        path = folder / "disclosure.csv"
        path.write_text(
            path.read_text("utf-8-sig") + "licencing,第二十条第（五）项,行政许可,本年处理决定数量,1\n"
        )
        one = only(folder)
        assert (one.line, one.actual) == (12, "licencing")
        assert "licensing" in one.message

    def test_changed_row_label(self, folder: Path) -> None:
        edit(folder / "applications.csv", "（一）予以公开", "(一)予以公开")
        one = only(folder)
        assert (one.rule, one.line, one.expected, one.actual) == (
            "L-LABEL",
            4,
            "（一）予以公开",
            "(一)予以公开",
        )

    def test_changed_column_label(self, folder: Path) -> None:
        edit(folder / "applications.csv", "自然人", "个人")
        one = only(folder)
        assert (one.rule, one.line, one.expected, one.actual) == ("L-LABEL", 1, "自然人", "个人")

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ("abc", "不是数字"),
            ("22（其中修订16件）", "注释"),
            ("", "空"),
            ("-1", "负数"),
            ("1.5", "小数"),
            ("/", "斜线"),
            ("无", "文字"),
        ],
    )
    def test_a_cell_that_is_no_count(self, folder: Path, written: str, said: str) -> None:
        edit(folder / "applications.csv", "（一）予以公开,0", f"（一）予以公开,{written}")
        one = only(folder)
        assert (one.rule, one.file, one.line, one.row, one.column) == (
            "B-VALUE",
            "applications.csv",
            4,
            "granted",
            "natural_person",
        )
        assert one.actual == written
        assert said in one.message
        assert "第三部分“（一）予以公开”自然人一栏" in one.message

    def test_a_long_row_of_columns(self, folder: Path) -> None:
        edit(folder / "proceedings.csv", "行政复议,0", "行政复议" + ",0" * 2000)
        one = only(folder)
        assert one.line == 2
        assert "2006 列，应有 7 列" in one.message

    def test_a_cell_of_fifty_megabytes(self, folder: Path) -> None:
        edit(folder / "proceedings.csv", "行政复议,0", "行政复议," + "9" * 50_000_000)
        assert "50.0 MB" in only(folder).message

    def test_a_workbook_named_csv(self, folder: Path) -> None:
        (folder / "disclosure.csv").write_bytes(b"PK\x03\x04rest")
        assert "CSV UTF-8" in only(folder).message

    @pytest.mark.parametrize("content", [b"\xff\xfek\x00", b"\x80\x81\xff\xff", b"key\x00,"])
    def test_bytes_that_are_no_text(self, folder: Path, content: bytes) -> None:
        (folder / "disclosure.csv").write_bytes(content)
        assert only(folder).rule == "LOAD"

    def test_several_faults_are_reported_at_once(self, folder: Path) -> None:
        edit(folder / "disclosure.csv", ",403", ",x")
        edit(folder / "applications.csv", "（一）予以公开,0", "（一）予以公开,y")
        (folder / "other.md").unlink()
        assert {one.file for one in found(folder)} == {"disclosure.csv", "applications.csv", "other.md"}
        with pytest.raises(InvalidReport, match="有 3 处错误"):
            load(folder)

    def test_no_folder(self, tmp_path: Path) -> None:
        reading = read(tmp_path / "nowhere")
        assert reading.report is None
        assert reading.findings[0].rule == "LOAD"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("year: 2024", "year: [2024", 5, "YAML"),
        ("year: 2024", "yaer: 2024", 4, "不认识“yaer”，是不是“year”？"),
        ("year: 2024", "year: 二〇二四", 4, "应是整数"),
        ("year: 2024", "year: 24", 4, "不小于 2008"),
        ("level: township", "level: town", 3, "township（乡镇、街道）"),
        ("year: 2024\n", "", None, "缺少 year"),
        ("year: 2024", "year: 2024\nyear: 2023", 5, "写了两次"),
        ("  phone: 0736-3612417", "  phone: null", 7, "contact.phone"),
        ("published: null", "published: 2025年1月", 10, "2025-01-20"),
        ("information_fee_yuan: 0", "information_fee_yuan: -5", 13, "不小于 0"),
        ("explanations: {}", "explanations: !!python/object:os.system {}", 14, "标签"),
        ("organ: 澧县小渡口镇人民政府", "organ: &a 甲\nx: *a", 1, "别名"),
    ],
)
def test_faults_of_report_yml(folder: Path, old: str, new: str, line: int | None, said: str) -> None:
    edit(folder / "report.yml", old, new)
    findings = [one for one in found(folder) if one.file == "report.yml" and said in one.message]
    assert findings, [one.message for one in found(folder)]
    assert findings[0].line == line


@pytest.mark.parametrize("digits", ["0.10", "250", "1234567.89"])
def test_the_fee_keeps_its_digits(folder: Path, tmp_path: Path, digits: str) -> None:
    edit(folder / "report.yml", "information_fee_yuan: 0", f"information_fee_yuan: {digits}")
    save(load(folder), tmp_path / "saved")
    assert f"information_fee_yuan: {digits}\n" in (tmp_path / "saved" / "report.yml").read_text("utf-8")


counts = st.integers(0, 10**9)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_saved_is_loaded_equal(folder: Path, tmp_path: Path, data: st.DataObject) -> None:
    example = load(folder)
    for rows in example.figures.values():
        for key, row in rows.items():
            for column in row:
                amount = key == "fees"
                row[column] = data.draw(
                    st.decimals(0, 10**8, places=data.draw(st.integers(0, 10))) if amount else counts
                )
    target = tmp_path / "saved"
    shutil.rmtree(target, ignore_errors=True)
    save(example, target)
    again = load(target)
    assert repr(again.figures) == repr(example.figures)


def test_a_researcher_gets_data_frames(folder: Path) -> None:
    report = load(folder)
    for name, frame in report.tables.items():
        assert frame.index.name == "key"
        assert frame.to_dict("index") == report.figures[name]


def test_a_finding_reads_as_one_line(folder: Path) -> None:
    edit(folder / "disclosure.csv", ",403", ",abc")
    assert str(only(folder)) == (
        "disclosure.csv 第 8 行：第二部分“行政许可—本年处理决定数量”填的“abc”不是数字。应填不小于 0 的整数。〔A-VALUE〕"
    )
