"""The whole way, as a clerk goes it: from a folder to three documents that say the same, with either engine."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pikepdf
import psutil
import pytest
import yaml
from conftest import ROOT, XIAODUKOU
from lxml import etree, html
from published import copy_project, hears_interrupts
from readback import Block, from_docx, from_html, from_pdf

from helpers.report.folder import load
from helpers.report.form import FORM

OFFICIAL = yaml.safe_load((Path(__file__).parents[1] / "official_form.yml").read_text(encoding="utf-8"))
OUTPUTS = ("report.html", "report-body.html", "report.pdf", "report.docx")

MARKDOWN = """\
（一）第一个标题

一段文字，**加粗**、*着重*、[链接](https://example.org/)，
分成两行写。

1. 第一条
2. 第二条

- 甲
- 乙

| 事项 | 件数 |
|---|---|
| 培训 | 3 |

> 引用的话。

今年没有收取信息处理费。

`{{ year }}` 3 < 5 & "引号" \\*星号\\* {{ organ }}
"""


def render(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers", "render", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def blocks(folder: Path) -> dict[str, list[Block]]:
    return {
        "html": from_html(folder / "report.html"),
        "docx": from_docx(folder / "report.docx"),
        "pdf": from_pdf(folder / "report.pdf"),
    }


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the project, with every kind of Markdown and with applications to chart."""
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path_factory.mktemp("data") / "rich"))
    (folder / "other.md").write_text(MARKDOWN, encoding="utf-8")
    path = folder / "applications.csv"
    text = path.read_text(encoding="utf-8-sig")
    for old in ("数量,0,0,0,0,0,0,0", "予以公开,0,0,0,0,0,0,0", "总计,0,0,0,0,0,0,0"):
        assert old in text
        text = text.replace(old, old.replace(",0", ",7", 1)[:-1] + "7", 1)
    path.write_text(text, encoding="utf-8-sig")
    for name in ("overview", "problems"):
        prose = folder / f"{name}.md"
        prose.write_text(prose.read_text(encoding="utf-8").replace("我镇新收", "新收"), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def built_in(tmp_path_factory: pytest.TempPathFactory, rich: Path, program) -> dict[str, Path]:
    program("pdfinfo")
    outputs = {}
    for folder in (XIAODUKOU, rich):
        out = tmp_path_factory.mktemp("built-in") / folder.name
        done = render(folder, "--engine", "pandoc", "--out", out)
        assert done.returncode == 0, done.stderr
        outputs[folder.name] = out
    return outputs


@pytest.mark.parametrize("name", ["xiaodukou-2024", "rich"])
class TestThreeFormats:
    def test_say_the_same_heading_by_heading_and_cell_by_cell(
        self, built_in: dict[str, Path], name: str
    ) -> None:
        read = blocks(built_in[name])
        assert read["docx"] == read["html"]
        assert read["pdf"] == read["html"]

    def test_hold_the_headings_of_the_form_in_order(self, built_in: dict[str, Path], name: str) -> None:
        headings = [block.text for block in blocks(built_in[name])["html"] if block.kind == "heading"]
        assert [heading for heading in headings if not heading.startswith("（")] == list(
            FORM.sections.values()
        )

    def test_hold_every_figure_of_the_folder_in_the_forms_grid(
        self, built_in: dict[str, Path], rich: Path, name: str
    ) -> None:
        example = load(rich if name == "rich" else XIAODUKOU)
        figures = [str(cell) for frame in example.tables.values() for row in frame.to_numpy() for cell in row]
        expected = [text or None for cells in OFFICIAL.values() for *_, text in cells]
        remaining = iter(figures)
        expected = [next(remaining) if text is None else text for text in expected]
        printed = [block.text for block in blocks(built_in[name])["docx"] if block.kind == "cell"]
        assert printed[: len(expected)] == expected

    def test_hold_the_prose(self, built_in: dict[str, Path], name: str) -> None:
        texts = [block.text for block in blocks(built_in[name])["pdf"] if block.kind == "text"]
        assert any("全年处理行政许可403件、行政处罚18件、行政强制0件。" in text for text in texts)
        assert not any("{{" in text for text in texts)


def test_markdown_a_clerk_would_write_arrives_in_every_format(built_in: dict[str, Path]) -> None:
    for kind, read in blocks(built_in["rich"]).items():
        expected = [
            Block("heading", "（一）第一个标题"),
            Block("text", "一段文字，加粗、着重、链接，分成两行写。"),
            Block("text", "第一条"),
            Block("text", "第二条"),
            Block("text", "甲"),
            Block("text", "乙"),
            Block("cell", "事项"),
            Block("cell", "件数"),
            Block("cell", "培训"),
            Block("cell", "3"),
            Block("text", "引用的话。"),
            Block("text", "今年没有收取信息处理费。"),
            Block("text", '20243<5&"引号"*星号*澧县小渡口镇人民政府'),
        ]
        assert read[-len(expected) :] == expected, kind


class TestProperties:
    title = "澧县小渡口镇人民政府2024年政府信息公开工作年度报告"
    organ = "澧县小渡口镇人民政府"

    def test_html(self, built_in: dict[str, Path]) -> None:
        page = html.fromstring((built_in["xiaodukou-2024"] / "report.html").read_text(encoding="utf-8"))
        assert page.get("lang") == "zh-CN"
        assert page.findtext(".//title") == self.title
        assert page.find(".//meta[@name='Author']").get("content") == self.organ

    def test_html_asks_nothing_of_any_network_and_runs_nothing(self, built_in: dict[str, Path]) -> None:
        source = (built_in["rich"] / "report.html").read_text(encoding="utf-8")
        page = html.fromstring(source)
        assert {script.get("type") for script in page.iter("script")} == {"application/ld+json"}
        links = {
            value
            for _, name, value, _ in page.iterlinks()
            if name != "a" and not value.startswith(("#", "data:"))
        }
        assert links <= {"https://example.org/", "report.pdf", "report.docx"}
        assert len(source.encode()) < 500_000

    def test_pdf(self, built_in: dict[str, Path]) -> None:
        with pikepdf.open(built_in["xiaodukou-2024"] / "report.pdf") as pdf:
            meta = pdf.open_metadata()
            assert meta["dc:title"] == self.title
            assert meta["dc:creator"] == [self.organ]
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
            assert meta["pdfuaid:part"] == "1"
            assert str(pdf.Root.Lang) == "zh-CN"
            assert [round(float(side)) for side in pdf.pages[0].mediabox] == [0, 0, 595, 842]

    def test_docx(self, built_in: dict[str, Path]) -> None:
        with zipfile.ZipFile(built_in["xiaodukou-2024"] / "report.docx") as package:
            core = etree.fromstring(package.read("docProps/core.xml"))
        properties = {etree.QName(element).localname: element.text for element in core}
        assert properties["title"] == self.title
        assert properties["creator"] == self.organ
        assert properties["language"] == "zh-CN"

    def test_chart_has_its_alternative_text_everywhere(self, built_in: dict[str, Path]) -> None:
        out, alt = built_in["xiaodukou-2024"], "行政许可403件，行政处罚18件，行政强制0件。"
        page = html.fromstring((out / "report.html").read_text(encoding="utf-8"))
        assert page.find(".//figure//img").get("alt").endswith(alt)
        with zipfile.ZipFile(out / "report.docx") as package:
            assert f'{alt}"' in package.read("word/document.xml").decode()
        with pikepdf.open(out / "report.pdf") as pdf:
            alts = [
                str(item.Alt)
                for item in pdf.objects
                if isinstance(item, pikepdf.Dictionary) and "/Alt" in item
            ]
        assert any(text.endswith(alt) for text in alts)

    def test_manifest(self, built_in: dict[str, Path]) -> None:
        manifest = json.loads((built_in["rich"] / "manifest.json").read_text(encoding="utf-8"))
        assert {output["path"] for output in manifest["outputs"]} == set(OUTPUTS)
        assert {Path(path["path"]).name for path in manifest["inputs"]} >= {
            "report.yml",
            "applications.csv",
            "other.md",
        }


def test_the_same_input_gives_the_same_bytes(built_in: dict[str, Path], tmp_path: Path) -> None:
    assert render(XIAODUKOU, "--engine", "pandoc", "--out", tmp_path).returncode == 0
    for name in OUTPUTS:
        assert (tmp_path / name).read_bytes() == (built_in["xiaodukou-2024"] / name).read_bytes(), name


class TestBadInput:
    def test_an_invalid_folder_stops_the_render_with_the_full_list(
        self, folder: Path, tmp_path: Path
    ) -> None:
        (folder / "disclosure.csv").unlink()
        (folder / "other.md").write_text("{{ nope }}<script>")
        done = render(folder, "--engine", "pandoc", "--out", tmp_path / "out")
        assert done.returncode == 1
        assert "disclosure.csv" in done.stderr
        assert "other.md 第 1 行" in done.stderr
        assert "Traceback" not in done.stderr
        assert not list(tmp_path.rglob("report.*ml*")) or not (tmp_path / "out" / "report.html").exists()

    def test_what_stood_before_still_stands(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "report.pdf").write_bytes(b"last year's")
        (folder / "disclosure.csv").unlink()
        assert render(folder, "--engine", "pandoc", "--out", out).returncode == 1
        assert {path.name: path.read_bytes() for path in out.iterdir()} == {"report.pdf": b"last year's"}

    def test_no_such_folder(self, tmp_path: Path) -> None:
        done = render(tmp_path / "nowhere")
        assert (done.returncode, "找不到报告文件夹" in done.stderr) == (2, True)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--to", "odt"), "没有格式“odt”"),
            (("--engine", "word"), "--engine 的值应是 auto、quarto、pandoc 之一"),
            (("--fast",), "没有选项 --fast"),
            (("a", "b"), "用法有误"),
        ],
    )
    def test_wrong_usage(self, arguments: tuple[str, ...], said: str) -> None:
        done = render(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stdout == ""

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("batch", "a", "--out", "b", "--workers", "0"), "--workers 的值应是不小于 1 的整数"),
            (("batch", "a", "--out", "b", "--workers", "x"), "--workers 的值应是不小于 1 的整数"),
            (("new", "a", "--organ", "b", "--level", "county", "--year", "x"), "--year 的值应是整数"),
        ],
    )
    def test_what_is_no_number(self, arguments: tuple[str, ...], said: str) -> None:
        command = [sys.executable, "-m", "helpers", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert (done.returncode, said in done.stderr, done.stdout) == (2, True, "")

    def test_an_output_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        done = render("--engine", "pandoc", "--out", tmp_path / "file" / "out")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert str(tmp_path / "file") in done.stderr

    def test_interrupted_half_way(self, tmp_path: Path) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "report.html").write_text("before")
        command = [sys.executable, "-m", "helpers", "render", "--engine", "pandoc", "--out", str(out)]
        running = subprocess.Popen(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=hears_interrupts
        )
        while not psutil.Process(running.pid).children():  # until something is under way
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=60)[1]
        assert running.returncode == 1
        assert "已中断" in said
        assert "Traceback" not in said
        assert [(path.name, path.read_text()) for path in out.iterdir()] == [("report.html", "before")]
        assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("quarto") / "project")


@pytest.mark.quarto
class TestQuarto:
    """The stock way in: ``quarto render`` in a fresh copy of the project, with nothing before it."""

    @staticmethod
    def quarto(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["quarto", "render", *arguments],
            cwd=project,
            env=os.environ | {"QUARTO_PYTHON": sys.executable},
            capture_output=True,
            text=True,
            timeout=600,
        )

    def test_same_text_grids_and_properties_as_the_built_in_engine(
        self, project: Path, built_in: dict[str, Path]
    ) -> None:
        done = self.quarto(project)
        assert done.returncode == 0, done.stderr
        assert {path.name for path in (project / "_output").iterdir()} == set(OUTPUTS)
        assert blocks(project / "_output") == blocks(built_in["xiaodukou-2024"])
        for check in ("test_html", "test_pdf", "test_docx", "test_chart_has_its_alternative_text_everywhere"):
            getattr(TestProperties(), check)({"xiaodukou-2024": project / "_output"})
        source = (project / "_output" / "report.html").read_text(encoding="utf-8")
        assert not re.search(
            r"<script(?! type=\"application/ld\+json\")|(src|href)=[\"']?(https?:)?//", source
        )

    def test_another_folder(self, project: Path, rich: Path, built_in: dict[str, Path]) -> None:
        shutil.copytree(rich, project / "data" / "rich")
        done = self.quarto(project, "-P", "report:data/rich")
        assert done.returncode == 0, done.stderr
        assert blocks(project / "_output") == blocks(built_in["rich"])

    def test_an_invalid_folder_stops_it(self, project: Path) -> None:
        shutil.copytree(XIAODUKOU, project / "data" / "broken")
        (project / "data" / "broken" / "disclosure.csv").unlink()
        shutil.rmtree(project / "_output", ignore_errors=True)
        done = self.quarto(project, "-P", "report:data/broken")
        assert done.returncode != 0
        assert "disclosure.csv：找不到这个文件" in done.stderr
        assert "Traceback" not in done.stderr
        assert not list(project.glob("_output/report.*"))

    def test_our_own_command_takes_quarto_where_it_is(self, project: Path, tmp_path: Path) -> None:
        done = render("--out", tmp_path, cwd=project)
        assert done.returncode == 0, done.stderr
        assert "Quarto" in done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {*OUTPUTS, "manifest.json"}
