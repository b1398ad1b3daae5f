"""The text of a page for the editor of a website: what it is made of, and what strict filters leave of it."""

import base64
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bleach
import nh3
import pytest
from conftest import ROOT
from grids import all_cells
from lxml import html
from PIL import Image
from published import publish

from helpers.archive import verify
from helpers.finishing.paste_body import body as body_of
from helpers.publish import publish as publish_document

TAGS = {"p", "h2", "h3", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "img"}
ATTRIBUTES = {
    *("style", "border", "align", "valign", "width", "cellspacing", "cellpadding"),
    *("rowspan", "colspan", "scope", "src", "alt"),
}
PAGE = '<html><body><header>{header}</header><main id="report">{main}</main></body></html>'


def test_it_is_the_body_and_nothing_else(body: str, made: Path) -> None:
    page = html.fromstring(f"<div>{body}</div>")
    assert {one.tag for one in page.iterdescendants()} <= TAGS
    assert {name for one in page.iterdescendants() for name in one.attrib} <= ATTRIBUTES
    assert not page.xpath(".//@class | .//@id")
    assert {one.tag for one in page} <= {"p", "h2", "h3", "table"}, (
        "nothing stands loose, nothing in divisions"
    )
    assert [one.text for one in page.iter("h2")] == html.parse(str(made / "report.html")).xpath(
        "//main//h2/text()"
    )
    (title,) = html.parse(str(made / "report.html")).xpath("//h1")
    assert title.text_content() not in body, "the title has a field of its own"
    assert (made / "report-body.html").read_bytes().startswith(b"\xef\xbb\xbf<p ")


def test_every_table_has_its_merges_heads_and_rules(body: str, made: Path) -> None:
    page = (made / "report.html").read_text("utf-8")
    assert all_cells(body) == all_cells(page[page.index("<main") : page.index("</main>")])
    for table in html.fromstring(f"<div>{body}</div>").iter("table"):
        assert (table.get("border"), table.get("align")) == ("1", "center")
        assert all(cell.get("align") and "border:1px" in cell.get("style") for cell in table.iter("th", "td"))


def test_charts_are_pixels_with_their_captions_in_them(body: str, made: Path) -> None:
    page = html.parse(str(made / "report.html"))
    captions = [one.text_content() for one in page.iter("figcaption")]
    pictures = html.fromstring(f"<div>{body}</div>").findall(".//img")
    assert len(pictures) == len(captions) > 2
    for picture, caption in zip(pictures, captions, strict=True):
        kind, _, data = picture.get("src").partition(",")
        assert kind == "data:image/png;base64"
        with Image.open(io.BytesIO(base64.b64decode(data))) as drawn:
            assert drawn.width == 2 * int(picture.get("width"))
            lowest = drawn.convert("L").crop((0, drawn.height - 50, drawn.width, drawn.height))
            assert lowest.getextrema()[0] < 60, "words stand at its foot"
        assert picture.get("alt").startswith(f"{caption}。")
        assert f">{caption}<" not in body


def test_it_stands_in_the_manifest_and_is_verified(made: Path, tmp_path: Path) -> None:
    published = Path(shutil.copytree(made, tmp_path / "published"))
    assert verify(published).wrong == []
    with (published / "report-body.html").open("a", encoding="utf-8") as file:
        file.write(" ")
    assert verify(published).wrong == ["report-body.html 与发布时不同，已被改动"]


def test_a_reviewers_page_has_none(folder: Path, tmp_path: Path) -> None:
    made = publish_document(
        ROOT / "report.qmd",
        to=["html"],
        out=tmp_path / "out",
        parameters={"report": str(folder)},
        profile="review",
        engine="pandoc",
    )
    assert list(made.outputs) == ["html"]
    assert not list((tmp_path / "out").glob("*-body.html"))


@pytest.mark.quarto
def test_quarto_makes_the_same(tmp_path: Path, made: Path) -> None:
    out = publish("quarto", ROOT / "data" / "pingtan-2025", tmp_path / "quarto")
    assert (out / "report-body.html").read_bytes() == (made / "report-body.html").read_bytes()


# Through filters ------------------------------------------------------------------------------------------------------

TIGHT = {"p", "h2", "h3", "table", "tr", "th", "td", "img"}
SPANS = {"rowspan", "colspan"}


def by_nh3(text: str) -> str:
    return nh3.clean(text, tags=TIGHT, attributes={"th": SPANS, "td": SPANS})


def by_nh3_default(text: str) -> str:
    return nh3.clean(text)


def by_bleach(text: str) -> str:
    allowed = {"th": list(SPANS), "td": list(SPANS)}
    return bleach.clean(text, tags=TIGHT - {"img"}, attributes=allowed, strip=True)


@pytest.mark.parametrize("clean", [by_nh3, by_nh3_default, by_bleach])
def test_a_strict_filter_leaves_every_table_whole(
    clean: Callable[[str], str],
    body: str,
    figures: dict[str, Any],
    tmp_path: Path,
    read: Callable[[Path], dict[str, Any]],
) -> None:
    left = clean(body)
    assert "style" not in left
    assert "data:" not in left
    assert all_cells(left) == all_cells(body)
    (tmp_path / "left.html").write_text(f"<meta charset='utf-8'>{left}", encoding="utf-8")
    found = read(tmp_path / "left.html")
    assert {name: found[name] for name in figures} == figures


# Other pages ----------------------------------------------------------------------------------------------------------


def test_a_draft_says_so_wherever_it_is_pasted() -> None:
    made = body_of(PAGE.format(header='<p class="watermark">草稿</p><h1>题</h1>', main="<p>文</p>").encode())
    first, second = html.fragments_fromstring(str(made))
    assert (first.text, second.text) == ("草稿", "文")


@pytest.mark.parametrize(
    ("main", "blocks"),
    [
        ("loose <b>words</b> here<p>p</p>after", ["p loose words here", "p p", "p after"]),
        ("<div class='a'>one</div><div>two <i>x</i></div>", ["p one", "p two x"]),
        (
            "<details><summary>数据</summary><table><tr><td>1</td></tr></table></details>",
            ["p 数据", "table 1"],
        ),
        ("<section><h2>一</h2><div><p>甲</p></div></section>", ["h2 一", "p 甲"]),
        ("<ul><li><p>甲</p></li><li>乙</li></ul>", ["ul 甲乙"]),
        ("<table><tr><td><p>甲</p><p>乙</p></td></tr></table>", ["table 甲乙"]),
        ("<p><a href='#x'>甲</a><a href='https://a.b/'>乙</a><span class='c'>丙</span></p>", ["p 甲乙丙"]),
        ("<!-- no --><script>x</script><style>y</style><p>甲<button>z</button></p>", ["p 甲"]),
        (
            "<figure><div><p><img src='a.png' alt='x'></p></div><figcaption>图</figcaption></figure>",
            ["p ", "p 图"],
        ),
        ("<p> </p>甲<p></p>", ["p 甲"]),
        ("", []),
    ],
)
def test_other_pages_lose_nothing_but_their_look(main: str, blocks: list[str]) -> None:
    made = html.fragments_fromstring(str(body_of(PAGE.format(header="", main=main).encode())))
    assert [f"{one.tag} {one.text_content()}" for one in made] == blocks
    assert not [
        name for one in made for each in one.iter() for name in each.attrib if name in {"class", "id"}
    ]


def test_words_of_a_cell_stay_apart() -> None:
    made = body_of(
        PAGE.format(header="", main="<table><tr><td><p>甲</p><p>乙</p></td></tr></table>").encode()
    )
    assert "甲<br>乙" in str(made)


def test_a_page_of_another_template_has_none() -> None:
    assert body_of(b"<html><body><main><p>a</p></main></body></html>") is None
