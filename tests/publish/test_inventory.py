"""Every name that Quarto documents: each row of the inventory with a small document."""

from pathlib import Path

import pytest

from helpers.publish import PublishError
from helpers.publish.qmd.supported import inventory
from tools.quarto_options import KINDS, page

ROOT = Path(__file__).resolve().parents[2]
#: A document with one name of a kind: what stands in the header, in the body, and the line the name stands on.
DOCUMENTS = {
    "document": ("{0}: 值", "甲\n", 2),
    "project": ("project: {{ {0}: 值 }}", "甲\n", 2),
    "execute": ("execute:\n  {0}: 值", "甲\n", 3),
    "crossref": ("crossref:\n  {0}: 值", "甲\n", 3),
    "cell": ("title: x", "```{{python}}\n#| {0}: 值\n1\n```\n", 5),
    "class": ("title: x", "::: {{.甲 .{0}}}\n甲\n:::\n", 4),
    "attribute": ("title: x", '[甲]{{.乙 {0}="值"}}\n', 4),
    "label": ("title: x", "# 甲 {{#{0}-a}}\n", 4),
    "shortcode": ("title: x", "{{{{< {0} x >}}}}\n", 4),
}


def rows(*statuses, only=False):
    return [
        pytest.param(kind, name, id=f"{kind}-{name}")
        for kind in DOCUMENTS
        for name, row in inventory()[kind].items()
        if row.status in statuses and bool(row.only) == only
    ]


def document(kind, name):
    header, body, line = DOCUMENTS[kind]
    return f"---\n{header.format(name)}\n---\n{body.format(name)}", line


@pytest.mark.parametrize(("kind", "name"), rows("refused"))
def test_refused_by_name_and_line(make, kind, name):
    text, line = document(kind, name)
    with pytest.raises(PublishError) as caught:
        make("", header=text, to=["html"])
    assert str(caught.value).startswith(f"文档.qmd:{line}：")
    assert name in str(caught.value)
    assert inventory()[kind][name].because in str(caught.value)


@pytest.mark.parametrize(("kind", "name"), rows("supported", only=True))
def test_any_value_but_one_is_refused(make, kind, name):
    text, line = document(kind, name)
    with pytest.raises(PublishError, match=f"(?s)^文档.qmd:{line}：.*{name}"):
        make("", header=text, to=["html"])


@pytest.mark.parametrize("kind", ["document", "project", "execute", "crossref", "cell"])
def test_unknown_names_are_refused_with_the_nearest(make, kind):
    known = next(name for name in inventory()[kind] if len(name) > 6)
    text, line = document(kind, f"{known}x")
    with pytest.raises(PublishError) as caught:
        make("", header=text, to=["html"])
    assert str(caught.value).startswith(f"文档.qmd:{line}：")
    assert str(caught.value).endswith(f"最接近的是 {known}")


@pytest.mark.parametrize("name", [n for n, row in inventory()["file"].items() if row.status == "refused"])
def test_files_are_refused(make, name):
    with pytest.raises(PublishError, match=rf"^{Path(name).name}:1："):
        make("甲\n", {name: "x: 1\n"}, to=["html"])


def test_what_has_no_effect_changes_nothing(make):
    header, body = ["title: 题"], ["甲"]
    cell: list[str] = []
    for kind in DOCUMENTS:
        names = [name for name, row in inventory()[kind].items() if row.status == "no effect"]
        if kind == "document":
            header += [f"{name}: 值" for name in names]
        elif kind == "cell":
            cell = [f"#| {name}: 值" for name in names]
        elif kind in ("project", "execute", "crossref"):
            header += [f"{kind}:", *(f"  {name}: 值" for name in names)] if names else []
        elif kind == "class":
            body += [f"[甲]{{.{name}}}" for name in names]
        elif kind == "attribute":
            body += [f'[甲]{{{name}="值"}}' for name in names]
    source = "\n".join(
        ["---", *header, "---", "", " ".join(body), "", "```{python}", *cell, "'乙'", "```", ""]
    )
    made = make("", header=source, to=["html"])
    assert made.text("html") == "题" + "甲" * len(body) + "'乙''乙'"


def test_false_asks_for_nothing(make):
    refused = [name for name, row in inventory()["document"].items() if row.status == "refused"]
    header = "\n".join(["---", "title: 题", *(f"{name}: false" for name in refused), "---", "", "甲", ""])
    assert make("", header=header, to=["html"]).text("html") == "题甲"


def test_every_row_has_a_reason_and_a_page_tells_all():
    assert KINDS.keys() == inventory().keys()
    for kind, names in inventory().items():
        for name, row in names.items():
            assert row.because or (row.status == "supported" and not row.only), (kind, name)
            assert f"`{name}`" in page()


def test_the_page_is_current():
    made_by = "python tools/quarto_options.py > docs/zh/quarto选项.md"
    assert (ROOT / "docs" / "zh" / "quarto选项.md").read_text(encoding="utf-8") == page(), made_by
