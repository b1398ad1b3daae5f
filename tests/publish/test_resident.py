"""A pandoc that stays writes what pandoc by itself writes, forgets what it wrote, and fails alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from faulty_pandoc import faulty_pandoc
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.publish import PublishError, publish
from helpers.publish.engines import builtin, pandoc, resident
from helpers.publish.engines.self_contained import self_contained

ROOT = Path(__file__).resolve().parents[2]
FILTERS = ROOT / "helpers" / "publish" / "engines" / "filters"
RICH = """---
title: 题目 "引号" 和 it's
subtitle: 副题
lang: zh-CN
date: '2025-03-01'
author: [甲, 乙]
keywords: [一, 二]
toc: true
toc-depth: 2
number-sections: true
reference-location: section
format:
  html: {theme: none, minimal: true, embed-resources: true, css: own.css, include-in-header: {text: "<meta name='x' content='y'>"}}
  typst: {fontsize: 11pt}
  docx: {highlight-style: none}
bibliography: a.bib
execute: {echo: false}
---

# 一 {#sec-a}

It's "quoted" & <b>bold</b> &copy; &nbsp; 见 @sec-a、@tbl-a 和[^1]。

[^1]: 脚注\twith a tab.

```{=html}
<table><tr><th>甲</th><td>a\tb</td></tr></table>
```

- 一

    ```{=html}
    <p>in a list</p>
    ```

> ```{=typst}
> #emph[斜]
> ```

`````
```{=html}
<p>shown, not raw</p>
```
`````

<!--
```{=html}
<p>in a comment</p>
```
-->

```{=html}
   ```
<p>closed early</p>

| 列 | 数 |
|----|---:|
| 甲 | 1  |

: 表 {#tbl-a}

```python
if a < b:
\tprint("x")
```

::: {.callout-note}
## 提示
内容
:::

$x^2$ 和 [@knuth]，![图](p.svg)

$$y = \\frac{1}{2}$$
"""


def by_pandoc_itself(target: Path, request, environment) -> bytes:
    """Write what was asked for by pandoc in a process of its own, the filters told the context in their own text."""
    defaults, place = dict(request["defaults"]), target.parent
    shutil.copytree(FILTERS, place / "filters")
    told = json.dumps(json.dumps(request["context"]), ensure_ascii=False)
    ours = place / "filters" / "ours.lua"
    ours.write_text(f"context = pandoc.json.decode({told})\n{ours.read_text()}")
    defaults["filters"] = [one.replace(str(FILTERS), str(place / "filters")) for one in defaults["filters"]]
    (place / "metadata.json").write_text(request["metadata"])
    defaults |= {"output-file": str(target), "metadata-files": [str(place / "metadata.json")]}
    defaults |= {"from": "markdown", "standalone": True, "html-math-method": {"method": "mathml"}}
    defaults["embed-resources"] = defaults["to"] == "html5"
    (place / "defaults.json").write_text(json.dumps(defaults))
    command = [pandoc.executable(), "--defaults", place / "defaults.json"]
    subprocess.run(command, cwd=request["folder"], env=environment, check=True)
    return target.read_bytes()


def bytes_of(made):
    return {name: path.read_bytes() for name, path in made.outputs.items()}


def test_the_bytes_of_pandoc_itself(write, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    (folder / "own.css").write_text(
        "/* 色 */ p { color: red }\n\n\n  a > b { content: 'x' }\n", encoding="utf-8"
    )
    (folder / "a.bib").write_text("@book{knuth, title={TAOCP}, author={Knuth, D.}, year=1968}")
    itself, real = {}, builtin.convert

    def convert(task, markdown, aside, environment):
        made = real(task, markdown, aside, environment)
        place = tmp_path / f"{task.format}-{len(itself)}"
        place.mkdir()
        itself[place] = (by_pandoc_itself(place / made.name, asked[-1], environment), made.read_bytes())
        return made

    asked, ask = [], pandoc.ask

    def noted(command, environment, request, size):
        asked.append(request)
        return ask(command, environment, request, size)

    document = write("", header=RICH)
    first, second = (bytes_of(publish(document, out=tmp_path / out, engine="pandoc")) for out in "ab")
    monkeypatch.setattr(pandoc, "ask", noted)
    monkeypatch.setattr(builtin, "convert", convert)
    alone = {
        name: bytes_of(publish(document, to=[name], out=tmp_path / name, engine="pandoc"))[name]
        for name in first
    }
    assert first == second == alone
    assert len(itself) == len(first)
    for own, made in itself.values():
        assert own == made
    assert b"publish-" not in first["html"]


def test_pictures_beside_a_page_are_in_it_all_the_same(make):
    made = make("![一幅图](p.svg)\n\n图中 @fig-a\n\n![二](p.svg){#fig-a fig-alt='说明'}\n")
    sources = [image.get("src") for image in made.body().iter("img")]
    assert len(sources) == 2
    assert all(source.startswith("data:image/svg+xml") for source in sources)


PIECES = [
    "", "", "$$", "`` x", "-- --", "a ```` b", "  ~~~", "\\newcommand{\\x}{", "}", "```", "````", "~~~", "```{=html}", "~~~ {=html}", "```{=pandoc-json}", "```python", "   ```", "    ```", "<!--", "-->", "> ",
    "- 一", "  续", "\t制表\t符", "% 题", "---", "a: b", "...", "", "", "<p title='x'>", "</p>", "*字* `x`", "[^1]: 注", "[^1]", "\\begin{x}",
    "\\end{x}", "![图](a)", "# 题目", "| 甲 |", "|---|", "<script>", "</script>", "publish-aside", "```{=publish-aside}", "1", "::: {.a}", ":::",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_text_is_read_as_pandoc_reads_it(tmp_path_factory, lines):
    place = tmp_path_factory.mktemp("text")
    text = place / "text.md"
    text.write_text("\n".join(lines), encoding="utf-8")
    defaults = {
        "from": "markdown",
        "to": "html5",
        "standalone": True,
        "html-math-method": {"method": "mathml"},
        "wrap": "none",
        "input-files": [str(text)],
        "output-file": str(place / "own.html"),
        "template": str(place / "template.html"),
        "filters": [],
    }
    (place / "template.html").write_text("$title$ $for(css)$$css$$endfor$\n$body$\n")
    (place / "defaults.json").write_text(json.dumps(defaults))
    own = subprocess.run(
        [pandoc.executable(), "--defaults", place / "defaults.json"], capture_output=True, check=False
    )
    text.write_text("\n".join(lines).expandtabs(4), encoding="utf-8")  # as pandoc itself does
    defaults["output-file"] = str(place / "resident.html")
    request = {"folder": str(place), "context": {}, "metadata": "{}", "defaults": defaults}
    failed, _ = resident.ask((pandoc.executable(),), dict(os.environ), request, 1)
    if failed:
        assert own.returncode != 0
    else:
        assert (place / "resident.html").read_bytes() == (place / "own.html").read_bytes()


HTML = [
    "<!DOCTYPE html>", "甲 ", "it's ", '"q" ', "a > b ", "&amp; ", "&nbsp;", "&copy; ", "&lt;", "&#39;", "&hellip ", "<br>", "<br />", "<br/>",
    "<col>", "<p>", "</p>", "</br>", '<p class="a">', "<p class='a'>", '<td headers="a b" style="x: y">', '<img src="data:image/png;base64,AA" alt="它">',
    '<img alt="" src="data:," />', '<img src="data:," role="presentation">', '<img src="p.png">', '<a href="data:,x" download="x.csv">', "</a>",
    '<input disabled>', '<p title="it\'s &quot;x&quot; &amp; >">', "<style>p > a { b: c }  /* d */\n\n e{}</style>", "<style>a{b:url(c)}</style>",
    '<script type="application/ld+json">{"a": "<b>&amp;"}</script>', "<script>x<!--y</script>", "<!-- c -->", "<!-->", "<svg><path d=\"M0\"/><g/></svg>",
    '<link rel="stylesheet" href="own.css">', '<link rel="stylesheet" href="own.css" media="print">', '<link rel="icon" href="data:,">',
    "<B>", "</B>", "<circle r=\"1\" />", "<textarea>", "<title>", "\n", "<p\n id=\"x\">", '<video poster="data:,">', '<img src="data:," aria-label="x">',
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(HTML), max_size=12))
def test_a_page_is_completed_as_pandoc_completes_it(tmp_path_factory, pieces):
    place = tmp_path_factory.mktemp("page")
    (place / "own.css").write_text("/* 一 */ p::before { content: '\u00a0 引' }\n\n  u { }", encoding="utf-8")
    (place / "page.html").write_text("".join(pieces) + "\n", encoding="utf-8")
    (place / "template.html").write_text("$for(header-includes)$$header-includes$$endfor$\n")
    page = (place / "page.html").read_text(encoding="utf-8")
    ours = self_contained(page, {"own.css": place / "own.css"})
    if ours is None:
        return
    options = [
        "-s",
        "--template=template.html",
        "-H",
        "page.html",
        "--embed-resources",
        "-fmarkdown",
        "-thtml5",
    ]
    theirs = subprocess.run(
        [pandoc.executable(), *options], cwd=place, input=b"", capture_output=True, check=True
    ).stdout.decode()
    assert ours.strip("\n") == theirs.strip("\n")


def test_nothing_of_a_filter_is_left_for_the_next_document(make):
    lua = """
    seen = (seen or 0) + 1
    package.loaded.counter = {n = (package.loaded.counter or {n = 0}).n + 1}
    print('to nobody') io.write('neither') io.stdout:write('nor')
    function Str(el) return pandoc.Str(el.text .. seen .. package.loaded.counter.n) end
    """
    header = "---\nlang: zh-CN\nfilters: [count.lua]\nformat: {html: {theme: none, minimal: true, embed-resources: true}}\n---\n\n"
    texts = [
        make("字\n", {"count.lua": lua}, header=header, to=["html"], out=str(number)).text("html")
        for number in range(3)
    ]
    assert texts == ["字11"] * 3


# What goes wrong with it -----------------------------------------------------------------------------------------------

HEADER = "---\ntitle: {0}\nlang: zh-CN\nformat: {{html: {{theme: none, minimal: true, embed-resources: true}}}}\n---\n\n文{0}\n"


@pytest.fixture
def faulty(tmp_path, monkeypatch):
    """Have every document converted by a pandoc that fails where the text says so."""
    program = faulty_pandoc(tmp_path)
    monkeypatch.setattr(pandoc, "executable", lambda: str(program))
    resident._end()
    yield
    resident._end()


@pytest.mark.skipif(os.name == "nt", reason="a program in Python starts by its first line on POSIX only")
@pytest.mark.parametrize(
    ("fault", "said"),
    [("PANDOC-DIES", "意外退出"), ("PANDOC-HANGS", "1 秒没有回答"), ("PANDOC-BABBLES", "看不懂它的回答")],
)
@pytest.mark.usefixtures("faulty")
def test_one_that_fails_fails_one_document_and_no_other(write, tmp_path, monkeypatch, fault, said):
    def published(title):
        document = write("", header=HEADER.format(title), name=f"{title}.qmd")
        return (
            publish(document, to=["html"], out=tmp_path / title, engine="pandoc").outputs["html"].read_bytes()
        )

    published("before")
    monkeypatch.setattr(resident, "_PATIENCE", 1.0)
    with pytest.raises(PublishError, match=said):
        published(fault)
    monkeypatch.setattr(resident, "_PATIENCE", 60.0)
    assert not (tmp_path / fault).exists()
    assert "文" in published("after").decode()
    children = [
        one for one in psutil.Process().children(recursive=True) if "formats.lua" in " ".join(one.cmdline())
    ]
    assert len([one for one in children if one.status() != psutil.STATUS_ZOMBIE]) <= 2


ALONE = """
import sys, time
from pathlib import Path
from helpers.publish import publish
publish(Path(sys.argv[1]), to=["html"], out=Path(sys.argv[2]), engine="pandoc", in_process=True)
print("done", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed as POSIX does")
def test_it_ends_with_a_process_that_is_killed(write, tmp_path):
    document = write("", header=HEADER.format("题"))
    process = subprocess.Popen(
        [sys.executable, "-c", ALONE, str(document), str(tmp_path / "out")], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"done\n"
    [child] = [one for one in psutil.Process(process.pid).children() if "lua" in one.cmdline()]
    process.kill()
    process.wait()
    child.wait(30)


REFUSED = """
import sys
from pathlib import Path
from helpers.publish import PublishError, publish
for document in sys.argv[2:]:
    try:
        publish(Path(document), to=["html"], out=Path(sys.argv[1]), engine="pandoc", in_process=True)
        print("made")
    except PublishError:
        print("refused")
"""


def test_it_leaves_no_temporary_file_however_it_ends(write, tmp_path):
    """Pandoc's Lua makes a file that it takes away only where its script comes to an end."""
    place = tmp_path / "temporary"
    place.mkdir()
    good = write("", header=HEADER.format("题"))
    bad = write("见 @fig-nothing", header=HEADER.format("题"), name="bad.qmd")
    ends = write("", header=HEADER.format("题").replace("lang", "filters: [end.lua]\nlang"), name="ends.qmd")
    ends.with_name("end.lua").write_text("os.exit(3)")
    told = subprocess.run(
        [sys.executable, "-c", REFUSED, tmp_path / "out", good, bad, good, ends],
        cwd=ROOT,
        env={**os.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(place))},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == ["made", "refused", "made", "refused"]
    assert not list(place.iterdir())


def test_another_takes_over_before_memory_grows(make, monkeypatch):
    resident._end()
    monkeypatch.setattr(resident, "_LIFETIME", 50)
    first = make("甲" * 60, to=["html"], out="1") and resident._resident._process.pid
    make("乙" * 60, to=["html"], out="2")
    assert resident._resident._process.pid != first
    assert not psutil.pid_exists(first) or psutil.Process(first).status() == psutil.STATUS_ZOMBIE
