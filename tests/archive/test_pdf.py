"""The PDF as an archive and a screen reader take it."""

import json
from pathlib import Path

import pikepdf
import pytest
from archive import tags
from archive.verapdf import faults
from conftest import XIAODUKOU
from lxml import html
from published import publish

SNAPSHOT = Path(__file__).parent / "tag_tree.txt"
RELATIONS = {".csv": ("/Data", "/text/csv"), ".json": ("/Alternative", "/application/json")}


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with everything that is hard on the standards, and its outputs."""
    folder = tmp_path_factory.mktemp("data") / "难"
    folder.mkdir()
    for path in XIAODUKOU.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    table = (folder / "applications.csv").read_text(encoding="utf-8-sig")
    (folder / "applications.csv").write_bytes(table.replace("\n", "\r\n").encode("gb18030"))
    (folder / "other.md").write_text(
        "没有收取信息处理费。`代码` **加粗** *着重* ***都有*** [链接](https://example.org/)\n\n"
        "| 事项 | **说明** | 件数 |\n|---|---|---|\n| **培训** | 业务 | **3** |\n| 检查 | 镕堃喆 |  |\n\n"
        "> 引用的话。\n\n1. 甲\n   - 乙\n\n* * *\n\n    缩进的段落\n\n```\n{{ year }} 原样\n```\n\n"
        + "很长的一段文字。"
        * 400,
        encoding="utf-8",
    )
    return folder, publish("built-in", folder, tmp_path_factory.mktemp("rich") / "work")


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
class TestStandards:
    def test_verapdf_finds_no_fault(self, outputs: Path, flavour: str) -> None:
        assert faults(outputs / "report.pdf", flavour) == []

    def test_nor_where_everything_hard_is_in_it(self, rich: tuple[Path, Path], flavour: str) -> None:
        assert faults(rich[1] / "report.pdf", flavour) == []

    def test_the_judge_sees_a_fault(self, outputs: Path, tmp_path: Path, flavour: str) -> None:
        with pikepdf.open(outputs / "report.pdf") as pdf:
            del pdf.Root.Metadata
            pdf.save(tmp_path / "broken.pdf")
        assert faults(tmp_path / "broken.pdf", flavour)


class TestAttachments:
    @pytest.mark.parametrize("which", ["default", "rich"])
    def test_are_the_tables_byte_for_byte_and_the_whole_as_json(
        self, which: str, outputs: Path, rich: tuple[Path, Path]
    ) -> None:
        folder, out = rich if which == "rich" else (XIAODUKOU, outputs)
        with pikepdf.open(out / "report.pdf") as pdf:
            attached = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
        described = json.loads(attached.pop("report.json"))
        assert attached == {path.name: path.read_bytes() for path in folder.glob("*.csv")}
        assert described["contact"]["office"]
        assert described["disclosure"]["licensing"] == 403

    def test_hold_no_word_of_a_comment(self, folder: Path, tmp_path: Path) -> None:
        for name, comment in (("report.yml", "# 内部备注\n"), ("other.md", "\n<!-- 内部备注 -->\n")):
            with (folder / name).open("a", encoding="utf-8") as stream:
                stream.write(comment)
        out = publish("built-in", folder, tmp_path / "work")
        with pikepdf.open(out / "report.pdf") as pdf:
            attached = b"".join(spec.get_file().read_bytes() for spec in pdf.attachments.values())
        assert "内部备注".encode() not in attached
        for name in ("report.html", "manifest.json"):
            assert "内部备注" not in (out / name).read_text(encoding="utf-8")

    def test_say_what_they_are(self, outputs: Path) -> None:
        with pikepdf.open(outputs / "report.pdf") as pdf:
            listed = list(pdf.Root.AF)
            assert len(listed) == len(pdf.attachments) == 4
            for spec in listed:
                relation, kind = RELATIONS[Path(str(spec.UF)).suffix]
                assert (spec.AFRelationship, spec.EF.F.Subtype) == (relation, kind)
                assert str(spec.Desc)


class TestTagTree:
    def test_is_as_it_was(self, outputs: Path, request: pytest.FixtureRequest) -> None:
        with pikepdf.open(outputs / "report.pdf") as pdf:
            tree = tags.describe(pdf)
        if request.config.getoption("renew"):
            SNAPSHOT.write_text(tree, encoding="utf-8")
        assert tree == SNAPSHOT.read_text(encoding="utf-8"), "on purpose? then: pytest tests/archive --renew"

    def test_every_cell_has_the_heads_it_has_in_the_page(self, outputs: Path) -> None:
        page = html.fromstring((outputs / "report.html").read_text(encoding="utf-8"))
        tables = page.xpath("//table[@id]")
        assert len(tables) == 3
        for table, cells in zip(tables, tags.tables(outputs / "report.pdf"), strict=True):
            shown = list(table.iter("th", "td"))
            assert [cell.tag for cell in cells] == [one.tag.upper() for one in shown]
            places = {one.get("id"): place for place, one in enumerate(shown) if one.tag == "th"}
            for one, cell in zip(shown, cells, strict=True):
                if one.tag == "td":
                    named = {places[name] for name in one.get("headers").split()}
                    # The PDF names the column's head over the stub and the block's heading as well.
                    assert named <= cell.heads, one.get("headers")
                    assert all(cells[place].tag == "TH" for place in cell.heads)
                scopes = {"row": "Row", "col": "Column", "colgroup": "Column", "rowgroup": "Row"}
                assert cell.scope == scopes.get(one.get("scope"), "")

    def test_a_clerks_own_table_keeps_its_cells(self, rich: tuple[Path, Path]) -> None:
        *_, own = tags.tables(rich[1] / "report.pdf")
        assert [cell.tag for cell in own] == ["TH"] * 3 + ["TD"] * 6

    def test_has_bookmarks_for_the_sections(self, outputs: Path) -> None:
        with pikepdf.open(outputs / "report.pdf") as pdf, pdf.open_outline() as outline:
            assert [item.title[0] for item in outline.root] == list("一二三四五六")
