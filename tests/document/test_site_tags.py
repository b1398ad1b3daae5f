"""The page as a detail page of a government site: its tags, from data; links to the files beside it; what is pasted and printed."""

import io
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pdfplumber
import pytest
import yaml
from conftest import ROOT
from lxml import html
from playwright.sync_api import Browser

from helpers.intake.new_year import create
from helpers.publish import publish as publish_document
from helpers.report.folder import load, read

SITE = {
    "name": "澧县<人民>政府\"'&`${x}$",
    "domain": "www.example.gov.cn",
    "code": 4307230001,
    "column": "年度报告 ```{=html}",
    "column_type": "政务公开",
    "url": "https://www.example.gov.cn/nb/2024.html?a=1&b=2",
}


def state(folder: Path, **values: object) -> None:
    """Write values into a folder's report.yml."""
    path = folder / "report.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8")) | values
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def page_of(folder: Path, out: Path, *formats: str) -> html.HtmlElement:
    made = publish_document(
        ROOT / "report.qmd",
        to=formats or ("html",),
        out=out,
        parameters={"report": str(folder)},
        engine="pandoc",
    )
    return html.parse(str(made.outputs["html"])).getroot()


def tags(page: html.HtmlElement) -> dict[str, str]:
    names = page.xpath("//meta/@name")
    assert len(names) == len({name.lower() for name in names}), "each once"
    return {meta.get("name"): meta.get("content") for meta in page.xpath("//meta[@name]")}


def test_tags_come_from_the_data_and_the_site(folder: Path, tmp_path: Path) -> None:
    state(folder, site=SITE, published="2025-01-20")
    found = tags(page_of(folder, tmp_path / "out"))
    assert {
        name: found.get(name)
        for name in ("SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnType", "Url")
    } == {
        "SiteName": SITE["name"],
        "SiteDomain": SITE["domain"],
        "SiteIDCode": "4307230001",
        "ColumnName": SITE["column"],
        "ColumnType": SITE["column_type"],
        "Url": SITE["url"],
    }
    assert found["ArticleTitle"] == "澧县小渡口镇人民政府2024年政府信息公开工作年度报告"
    assert found["PubDate"] == "2025-01-20"
    assert found["ContentSource"] == found["Author"] == "澧县小渡口镇人民政府"
    assert found["KeyWords"].startswith("小渡口镇,2024,")
    assert found["Description"].startswith("澧县小渡口镇人民政府依据")


def test_what_is_not_known_is_left_out(outputs: Path) -> None:
    found = tags(html.parse(str(outputs / "report.html")).getroot())
    assert {"ArticleTitle", "ContentSource"} <= found.keys()
    assert not {"PubDate", "SiteName", "SiteIDCode", "ColumnName", "Url"} & found.keys()
    assert all(found.values())


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("url", "www.example.gov.cn", "应像 https://"),
        ("url", "javascript:alert(1)", "应像 https://"),
        ("domain", "http://www.example.gov.cn/", "应像 www.example.gov.cn"),
        ("code", "43072300", "应像 4307230001、bm29000002"),
        ("code", 4307, "应不小于 1000000000"),
        ("name", "甲\n乙", "里面有换行"),
        ("column", "{{< env HOME >}}", "里面有两个花括号"),
        ("title", "x", "不认识“title”"),
    ],
)
def test_what_is_no_such_thing_is_told_with_its_line(
    folder: Path, key: str, value: object, told: str
) -> None:
    state(folder, site={key: value})
    (found,) = [one for one in read(folder).findings if one.rule == "LOAD"]
    assert told in found.message
    assert (folder / "report.yml").read_text("utf-8").splitlines()[found.line - 1].strip().startswith(key)


def test_a_new_year_takes_over_the_site_but_not_the_address_of_last_years_page(
    folder: Path, tmp_path: Path
) -> None:
    state(folder, site=SITE)
    organ = load(folder).organ
    started = create(tmp_path / "next", organ, "township", 2025, folder).report
    assert started.site == {key: str(value) for key, value in SITE.items() if key != "url"}
    assert load(tmp_path / "next").site == started.site
    other = create(tmp_path / "other", "乙县人民政府", "county", 2025, folder).report
    assert other.site == {}


# Files beside the page ------------------------------------------------------------------------------------------------


def links(page: html.HtmlElement) -> list[tuple[str, str]]:
    return [(link.text, link.get("href")) for link in page.xpath("//nav[@class='files']/a")]


BOTH = [("下载 PDF", "report.pdf"), ("下载 Word", "report.docx")]


def test_pdf_and_word_are_linked_where_both_lie_beside_it(outputs: Path) -> None:
    page = html.parse(str(outputs / "report.html")).getroot()
    assert links(page) == BOTH
    assert all((outputs / address).is_file() for _, address in BOTH)
    (nav,) = page.xpath("//header/nav")
    assert nav.get("aria-label") == "下载"


def test_nothing_is_linked_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    assert links(page_of(folder, tmp_path / "one")) == []
    assert links(page_of(folder, tmp_path / "two", "html", "pdf")) == []
    assert links(page_of(folder, tmp_path / "all", "docx", "pdf", "html")) == BOTH
    # The page alone is made again: the others still stand there, of the same render.
    assert links(page_of(folder, tmp_path / "all")) == BOTH
    (tmp_path / "all" / "report.docx").write_bytes(b"another")
    assert links(page_of(folder, tmp_path / "all")) == []


def test_the_links_are_no_part_of_what_import_reads(outputs: Path) -> None:
    command = [sys.executable, "-m", "helpers", "import", str(outputs / "report.html"), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    read_back = json.loads(done.stdout)
    assert "下载" not in done.stdout.replace(read_back["sections"]["overview"], "")
    assert read_back["title"] == "澧县小渡口镇人民政府2024年政府信息公开工作年度报告"


# Read aloud and printed -----------------------------------------------------------------------------------------------


def test_language_headings_and_skip_link(outputs: Path) -> None:
    page = html.parse(str(outputs / "report.html")).getroot()
    assert page.get("lang") == "zh-CN"
    levels = [int(one.tag[1]) for one in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), "none is left out"
    first = page.find("body")[0]
    assert (first.text, first.get("href")) == ("跳到正文", f"#{page.find('.//main').get('id')}")


def test_a_print_has_the_report_and_nothing_of_the_screen(browser: Browser, outputs: Path) -> None:
    page = browser.new_page()
    page.goto((outputs / "report.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    with pdfplumber.open(io.BytesIO(printed)) as pdf:
        texts = [re.sub(r"\s", "", sheet.extract_text()) for sheet in pdf.pages]
        heads = [
            re.sub(r"\s", "", heading.text_content())
            for heading in html.parse(str(outputs / "report.html")).iter("h2")
        ]
        whole = "".join(texts)
        assert all(head in whole for head in heads if head != "数据下载")
        assert not any(word in whole for word in ("下载", "跳到正文", "JSON"))
        for sheet, text in zip(pdf.pages, texts, strict=True):
            words = text.rstrip("—0123456789")
            assert not any(words.endswith(head) for head in heads), (
                "a heading stands alone at the foot of a page"
            )
            inside = [char for char in sheet.chars if char["text"].strip()]
            assert max(char["x1"] for char in inside) <= sheet.width - 60
