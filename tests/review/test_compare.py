"""Two folders side by side: every figure that differs is named, and Chinese prose is compared word by word."""

import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU
from hypothesis import given
from hypothesis import strategies as st

from helpers.report.folder import InvalidReport
from helpers.review import compare
from helpers.review.compare_page import html
from helpers.review.figure_pairs import Pair, movements
from helpers.review.text_diff import Span, compare_texts, words

PINGTAN = ROOT / "data" / "pingtan-2024", ROOT / "data" / "pingtan-2025"


@pytest.fixture(scope="module")
def pingtan() -> compare.Comparison:
    return compare.compare(*PINGTAN)


def spans(old: str, new: str) -> list[tuple[str, str]]:
    return [(span.mark, span.text) for span in words(old, new)]


def test_a_folder_is_the_same_as_its_copy(folder: Path) -> None:
    comparison = compare.compare(XIAODUKOU, folder)
    assert comparison.same
    assert compare.text(comparison) == "两个报告文件夹的内容相同。"
    assert comparison.to_json()["figures"] == []


class TestFigures:
    def test_every_figure_that_differs_and_no_other(self, pingtan: compare.Comparison) -> None:
        before, after = pingtan.before, pingtan.after
        differing = {
            (table, row, column)
            for table, frame in after.tables.items()
            for row in frame.index
            for column in frame.columns
            if frame.at[row, column] != before.tables[table].at[row, column]
        }
        named = [(pair.table, pair.row, pair.column) for pair in pingtan.figures]
        assert len(named) == len(set(named))
        assert set(named) == differing

    def test_one_pair_in_full(self, pingtan: compare.Comparison) -> None:
        new = next(pair for pair in pingtan.figures if (pair.row, pair.column) == ("new_received", "total"))
        assert new.to_json() == {
            "table": "applications",
            "row": "new_received",
            "column": "total",
            "place": "第三部分“一、本年新收政府信息公开申请数量”总计一栏",
            "before": "218",
            "after": "154",
            "difference": "-64",
            "percent": "-29.4",
        }

    def test_an_amount_keeps_its_digits(self, pingtan: compare.Comparison) -> None:
        fees = next(pair for pair in pingtan.figures if pair.row == "fees")
        assert (fees.before, fees.after) == (Decimal("18651.06"), Decimal("4166.241619"))
        assert fees.difference == Decimal("-14484.818381")
        assert fees.movement == (
            "第二部分“行政事业性收费—本年收费金额（单位：万元）”由 18651.06 万元减至 4166.241619 万元，"
            "减少 14484.818381 万元（−77.7%）。"
        )

    def test_from_nothing_there_is_no_percentage(self) -> None:
        pair = Pair("applications", "granted", "total", 0, 12)
        assert pair.percent is None
        assert pair.movement.endswith("由 0 件增至 12 件，增加 12 件。")

    def test_the_largest_movements_come_first(self, pingtan: compare.Comparison) -> None:
        sentences = movements(pingtan.figures)
        assert "行政事业性收费" in sentences[0]
        assert any("“行政复议”总计一栏由 23 件增至 36 件" in sentence for sentence in sentences)
        assert not any("自然人" in sentence for sentence in sentences)

    def test_a_small_movement_is_not_named(self) -> None:
        assert not Pair("applications", "granted", "total", 100, 140).large
        assert not Pair("applications", "granted", "total", 1, 3).large
        assert Pair("applications", "granted", "total", 100, 150).large


class TestWords:
    def test_a_number_is_one_word(self) -> None:
        assert spans("收到申请218件", "收到申请154件") == [
            ("same", "收到申请"),
            ("removed", "218"),
            ("added", "154"),
            ("same", "件"),
        ]

    def test_a_chinese_word_is_replaced_whole(self) -> None:
        """公开 and 公布 share 公, which alone between two changes would be noise."""
        assert spans("及时更新公开目录", "按时修改公开目录") == [
            ("removed", "及时更新"),
            ("added", "按时修改"),
            ("same", "公开目录"),
        ]

    def test_additions_alone(self) -> None:
        assert spans("没有结转。", "没有结转，也没有积压。") == [
            ("same", "没有结转"),
            ("added", "，也没有积压"),
            ("same", "。"),
        ]

    @given(
        old=st.text(alphabet="公开申请件年的了12，。 a", max_size=30),
        new=st.text(alphabet="公开申请件年的了12，。 a", max_size=30),
    )
    def test_nothing_is_lost(self, old: str, new: str) -> None:
        compared = words(old, new)
        assert "".join(span.text for span in compared if span.mark != "added") == old
        assert "".join(span.text for span in compared if span.mark != "removed") == new

    @given(
        old=st.lists(st.text(alphabet="公开申请件年1。", min_size=1, max_size=8), max_size=8),
        new=st.lists(st.text(alphabet="公开申请件年1。", min_size=1, max_size=8), max_size=8),
    )
    def test_no_sentence_is_lost(self, old: list[str], new: list[str]) -> None:
        section = compare_texts("overview", old, new)
        texts = [span for sentence in section.sentences for span in sentence]
        assert "".join(span.text for span in texts if span.mark != "added") == "".join(old)
        assert "".join(span.text for span in texts if span.mark != "removed") == "".join(new)
        assert 0 <= section.new_share <= 1


class TestProse:
    def test_a_changed_sentence_is_paired_with_its_old_one(self, folder: Path) -> None:
        path = folder / "other.md"
        path.write_text(path.read_text(encoding="utf-8") + "\n另有一句新话。\n", encoding="utf-8")
        comparison = compare.compare(XIAODUKOU, folder)
        (other,) = [section for section in comparison.sections if section.changed]
        assert other.name == "other"
        assert other.changed == [(Span("added", "另有一句新话。"),)]

    def test_how_much_is_new(self) -> None:
        same = compare_texts("overview", ["全部照旧。"], ["全部照旧。"])
        new = compare_texts("overview", ["全部照旧。"], ["完全另写一遍，没有相同。"])
        assert (same.new_share, new.new_share) == (0.0, 1.0)

    def test_placeholders_are_compared_as_figures(self, pingtan: compare.Comparison) -> None:
        assert "{{" not in json.dumps(pingtan.to_json(), ensure_ascii=False)
        assert "148" in json.dumps([one.to_json() for one in pingtan.sections], ensure_ascii=False)


class TestShown:
    def test_as_json(self, pingtan: compare.Comparison) -> None:
        data = json.loads(json.dumps(pingtan.to_json(), ensure_ascii=False))
        assert data["same"] is False
        assert {"key": "year", "before": "2024", "after": "2025"} in data["settings"]
        assert len(data["figures"]) == len(pingtan.figures)
        assert {one["section"] for one in data["prose"]} == {"overview", "problems", "other"}

    def test_as_text(self, pingtan: compare.Comparison) -> None:
        text = compare.text(pingtan)
        assert "总计一栏：218 → 154（−64，−29.4%）" in text
        assert "[-218-]{+148+}" in text

    def test_as_a_page_without_script_that_escapes_everything(self, folder: Path) -> None:
        (folder / "other.md").write_text("没有收取信息处理费，1 < 2 & 3。\n", encoding="utf-8")
        page = html(compare.compare(XIAODUKOU, folder))
        assert "1 &lt; 2 &amp; 3" in re.sub(r"</?(ins|del)>", "", page)
        assert "<script" not in page
        assert "default-src 'none'" in page
        assert "<ins>" in page and "<del>" in page


def test_a_folder_that_cannot_be_read_is_named_with_what_is_wrong(folder: Path) -> None:
    (folder / "disclosure.csv").unlink()
    with pytest.raises(InvalidReport, match=r"disclosure\.csv"):
        compare.compare(XIAODUKOU, folder)
    shutil.copy(XIAODUKOU / "disclosure.csv", folder)
    (folder / "other.md").write_text("{{ nope }}", encoding="utf-8")
    with pytest.raises(InvalidReport, match="nope"):
        compare.compare(XIAODUKOU, folder)
