"""The web page: one self-contained file with landmarks, contrast in both schemes, and the official page on paper."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import lxml.html
import pdfplumber
import pytest

MM = 72 / 25.4
Browse = Callable[..., str]
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def page(pandoc: Callable[..., Path], document: str, assets: Path) -> Path:
    """The document as one HTML file."""
    return pandoc(
        document,
        "document.html",
        *("--template", assets / "html" / "page.html", "--css", assets / "html" / "report.css"),
        *(
            "--embed-resources",
            "--shift-heading-level-by=1",
            "--toc",
            "--toc-depth=2",
            "-M",
            "watermark=审阅稿",
        ),
    )


@pytest.fixture(scope="module")
def dom(page: Path) -> lxml.html.HtmlElement:
    return lxml.html.parse(str(page)).getroot()


@pytest.fixture(scope="module")
def stylesheet(assets: Path) -> str:
    return (assets / "html" / "report.css").read_text(encoding="utf-8")


def test_nothing_is_fetched_and_no_script_runs(page: Path, dom: lxml.html.HtmlElement) -> None:
    policy = dom.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert len(policy) == 1
    assert policy[0].startswith("default-src 'none';")
    assert "script" not in policy[0]
    assert not dom.xpath("//script | //link | //iframe | //object | //@onclick | //@onload")
    assert all(source.startswith("data:") for source in dom.xpath("//@src"))
    assert "url(" not in page.read_text(encoding="utf-8")
    assert "@import" not in page.read_text(encoding="utf-8")


def test_head_describes_the_report(dom: lxml.html.HtmlElement) -> None:
    assert dom.get("lang") == "zh-CN"
    assert dom.findtext(".//title") == "甲市乙县丙镇人民政府2024年政府信息公开工作年度报告"
    named = {meta.get("name"): meta.get("content") for meta in dom.xpath("//meta[@name]")}
    assert named["author"] == "甲市乙县丙镇人民政府"
    assert named["keywords"] == "政府信息公开, 年度报告"
    assert named["description"] == "本报告说明“一句话”。"
    assert named["dcterms.date"] == "2025-01-10"
    assert named["color-scheme"] == "light dark"


def test_landmarks_headings_and_skip_link(dom: lxml.html.HtmlElement) -> None:
    assert [element.tag for element in dom.find("body") if element.tag != "a"] == ["header", "nav", "main"]
    first = dom.find("body")[0]
    assert first.text == "跳到正文"
    assert dom.xpath("//main/@id") == [first.get("href").removeprefix("#")]
    assert len(dom.xpath("//h1")) == 1
    assert [heading.text[:2] for heading in dom.xpath("//main//h2")] == [
        "一、",
        "二、",
        "三、",
        "四、",
        "五、",
    ]
    assert len(dom.xpath("//nav//a[starts-with(@href, '#sec-')]")) == 5


def test_tables_stand_in_labelled_regions_that_can_be_focused(dom: lxml.html.HtmlElement) -> None:
    tables = dom.xpath("//table[@class='gt_table']")
    assert len(tables) == 3
    identifiers = set(dom.xpath("//@id"))
    for table in tables:
        region = table.getparent()
        assert (region.get("class"), region.get("role"), region.get("tabindex")) == (
            "table-region",
            "region",
            "0",
        )
        assert region.get("aria-labelledby") in identifiers


def colours(stylesheet: str) -> dict[str, dict[str, str]]:
    """The colour properties of each scheme."""
    blocks = re.findall(r":root \{([^}]*)\}", stylesheet)[:2]
    return {
        scheme: dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", block))
        for scheme, block in zip(SCHEMES, blocks, strict=True)
    }


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""

    def luminance(colour: str) -> float:
        digits = colour[1:]
        channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("background", ["paper", "tint"])
@pytest.mark.parametrize(
    ("ink", "least"), [("ink", 7), ("soft-ink", 4.5), ("link", 4.5), ("red", 4.5), ("focus", 3), ("rule", 3)]
)
def test_contrast_is_enough_in_both_schemes(
    stylesheet: str, scheme: str, background: str, ink: str, least: float
) -> None:
    palette = colours(stylesheet)[scheme]
    assert contrast(palette[ink], palette[background]) >= least


def test_both_schemes_set_the_same_colours(stylesheet: str) -> None:
    light, dark = colours(stylesheet).values()
    assert set(light) == set(dark)


MEASURE = """<script>
addEventListener("load", () => {
  const region = document.querySelector("#tbl-applications").parentElement;
  region.focus();
  parent.postMessage([
    document.documentElement.scrollWidth <= innerWidth,
    region.scrollWidth > region.clientWidth,
    getComputedStyle(region).overflowX,
    document.activeElement === region,
  ].join(" "), "*");
});
</script>"""


@pytest.mark.parametrize("zoom", ["100%", "200%"])
def test_at_320_pixels_only_the_region_of_a_table_scrolls(
    page: Path, chromium: Browse, tmp_path: Path, zoom: str
) -> None:
    # A frame, because a headless window is never narrower than 500 pixels; no policy, because the ruler is a script.
    measured = re.sub(r"<meta http-equiv[^>]*>", "", page.read_text(encoding="utf-8"))
    ruler = (
        f"<style>html {{ font-size: calc(1.125rem * {zoom.rstrip('%')} / 100) !important }}</style>{MEASURE}"
    )
    (tmp_path / "page.html").write_text(measured.replace("</head>", f"{ruler}</head>"), encoding="utf-8")
    frame = tmp_path / "frame.html"
    listen = "<script>addEventListener('message', event => { document.title = event.data })</script>"
    frame.write_text(f"{listen}<iframe src='page.html' width='320' height='800'></iframe>", encoding="utf-8")
    result = chromium("--virtual-time-budget=5000", "--dump-dom", frame.as_uri())
    assert "<title>true true auto true</title>" in result


def test_printed_page_is_the_official_page(page: Path, chromium: Browse, tmp_path: Path) -> None:
    target = tmp_path / "print.pdf"
    chromium("--no-pdf-header-footer", f"--print-to-pdf={target}", page.as_uri())
    with pdfplumber.open(io.BytesIO(target.read_bytes())) as pdf:
        assert len(pdf.pages) >= 5
        for number, sheet in enumerate(pdf.pages, 1):
            assert (sheet.width, sheet.height) == pytest.approx((210 * MM, 297 * MM), abs=1)
            upright = [char for char in sheet.chars if abs(char["matrix"][1]) < 0.1]
            body = [char for char in upright if char["top"] < 262 * MM and char["text"].strip()]
            footer = [char for char in upright if char["top"] >= 262 * MM and char["text"].strip()]
            assert min(char["x0"] for char in body) >= 27.5 * MM
            assert max(char["x1"] for char in body) <= 184.5 * MM
            assert min(char["top"] for char in body) >= 36 * MM
            assert "".join(char["text"] for char in footer) == f"—{number}—"
            middle = (footer[0]["x0"] + footer[-1]["x1"]) / 2
            assert (middle > 105 * MM) == bool(number % 2)
            assert "跳到正文" not in sheet.extract_text()
            assert "审阅稿" in "".join(char["text"] for char in sheet.chars if abs(char["matrix"][1]) > 0.1)


def test_without_the_word_there_is_no_banner(pandoc: Callable[..., Path], assets: Path) -> None:
    plain = pandoc(
        "---\ntitle: 题\nlang: zh-CN\n---\n\n文字。\n",
        "plain.html",
        "--template",
        assets / "html" / "page.html",
    )
    assert not lxml.html.parse(str(plain)).xpath("//*[@class='watermark'] | //nav")
