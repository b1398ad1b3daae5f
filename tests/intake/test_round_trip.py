"""A report that is rendered and imported again is the same report: its figures, and the text of its prose."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from published import ENGINES, ROOT, publish

from helpers import intake
from helpers.document import prose
from helpers.intake import workbook
from helpers.publish import publish as render
from helpers.report.folder import Report, load, save
from tests.intake import make
from tests.intake.test_workbook import with_figures

FOLDERS = ["xiaodukou-2024", "pingtan-2022", "pingtan-2025", "pingtan-finance-2025"]
SECTIONS = ("overview", "problems", "other")


def texts(one: Report) -> dict[str, list[str]]:
    """Paragraphs of each section without white space."""
    return {
        name: [squeezed for paragraph in prose.paragraphs(one, name) if (squeezed := squeeze(paragraph.text))]
        for name in SECTIONS
    }


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def assert_same(original: Report, output: Path, work: Path) -> None:
    """Import an output and hold it against the report it was made from."""
    imported = intake.read(output)
    folder = intake.write(imported, work / output.suffix[1:])
    settings_file = folder / "report.yml"  # the level stands in no report; some names tell it
    settings_file.write_text(settings_file.read_text().replace("level: null", f"level: {original.level}"))
    again = load(folder)
    for name, table in original.tables.items():
        assert again.tables[name].equals(table), (output.suffix, name)
    assert (again.organ, again.year) == (original.organ, original.year)
    assert again.contact == original.contact
    assert prose.findings(again) == []
    if (
        output.suffix == ".pdf"
    ):  # a page knows lines; where paragraphs part, and what numbers a list, is lost in them
        assert whole(again) == whole(original)
    else:
        assert texts(again) == texts(original)
    # Charts over the years are made from other reports; their tables are listed as what they are.
    assert [entry for entry in imported.unread if "2021年 | " not in entry.text] == []
    counts = imported.characters
    assert counts["read"] == counts["kept"] + counts["listed"] + counts["known"] or output.suffix == ".xlsx"


def whole(one: Report) -> dict[str, str]:
    return {name: re.sub(r"\d+\\?\.(?=清单)", "", "".join(parts)) for name, parts in texts(one).items()}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FOLDERS)
def test_every_output_imports_as_the_report_it_came_from(engine, name, tmp_path):
    folder = ROOT / "data" / name
    out = publish(engine, folder, tmp_path / "work")
    for kind in ("html", "docx", "pdf"):
        assert_same(load(folder), out / f"report.{kind}", tmp_path)


# What clerks write: Chinese with figures, Latin words, and characters that mean something to some format or other.
_WORDS = st.sampled_from(
    re.split(
        "、",
        "公开、政府信息、办理、2024年、12件、3.5万元、WPS、Office 、“两微一端”、《条例》、〔2021〕30号、100%、A*B、a_b、#1、[附件]、<b>、"
        "{{ licensing }}、$5、~、|、\\、`、&、&amp;、@某某、——、……、http://www.example.gov.cn、1. 、（一）、羚羊、堃、㎡",
    )
)
_SENTENCE = st.lists(_WORDS, min_size=1, max_size=12).map("".join)


@st.composite
def markdown(draw: st.DrawFn) -> str:
    """Prose as a folder holds it: headings, paragraphs, a list."""
    blocks = []
    for number in "一二三"[: draw(st.integers(1, 3))]:
        blocks.append(f"（{number}）小标题")
        sentences = draw(st.lists(_SENTENCE, min_size=1, max_size=2))
        blocks += ["某段" + escape(sentence) + "。" for sentence in sentences]
    if draw(st.booleans()):
        blocks.append("\n".join(f"- 清单{escape(draw(_SENTENCE))}" for _ in range(2)))
    if draw(st.booleans()):
        blocks.append("**加粗**的字和[链接](https://www.example.gov.cn/)。")
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Escape what is Markdown, leave placeholders."""
    return re.sub(r"[\\`*_\[\]<>#~|&]", r"\\\g<0>", text)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(  # the same words at the same height of two pages
    seed=0,
    overview="（一）小标题\n\n某段公开。\n\n某段公开。\n",
    problems="（一）小标题\n\n某段公开。\n",
)
@example(  # in the PDF a dash and a backslash stand where lines break
    seed=0,
    overview="某段公开。\n",
    problems="某段公开。\n\n- 清单公开公开\\[附件\\]公开公开（一）公开“两微一端”\\`——\n- 清单\\\\\\#1\n",
)
@given(seed=st.integers(0, 1000), overview=markdown(), problems=markdown())
def test_any_report_comes_back_from_any_output(seed, overview, problems, tmp_path_factory):
    work = tmp_path_factory.mktemp("trip")
    example = load(ROOT / "data" / "xiaodukou-2024")
    figures = make.tallying(seed)
    for row in ("regulations_issued", "regulations_repealed", "regulations_in_force"):
        figures["disclosure"][row]["value"] = 0  # a township makes none
    made = with_figures(example, figures)
    made.prose.update(overview=overview, problems=problems)
    save(made, work / "report")
    original = load(work / "report")
    out = work / "out"
    render(ROOT / "report.qmd", out=out, parameters={"report": str(work / "report")}, engine="pandoc")
    for kind in ("html", "docx", "pdf"):
        assert_same(original, out / f"report.{kind}", work)
    book = workbook.write(original, work / "report.xlsx")
    assert_same(original, book, work)
