"""Cells run in the process itself, or in a copy of it, give what a kernel gives: the same files, the same errors."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_ALL_WAYS = """
import json, os, sys
from pathlib import Path
from helpers.publish import PublishError, publish
from helpers.publish.cells import kernel

document, out = map(Path, sys.argv[1:])
said = {}
before = sys.modules["__main__"], sys.stdout, sys.excepthook
for way in ({"forked": True}, {}, {"in_process": True}, {"in_process": True}):
    try:
        made = publish(document, out=out / str(len(said)), engine="pandoc", **way)
        said[len(said)] = [path.read_bytes().hex() for path in made.outputs.values()]
    except PublishError as error:
        said[len(said)] = str(error)
    if len(said) == 1:
        kernel._close()  # or the next would go on with the copy
assert before == (sys.modules["__main__"], sys.stdout, sys.excepthook)
print(json.dumps([*said.values(), os.getpid()]))
"""


@pytest.fixture
def all_ways(write, tmp_path):
    """Publish a document with a copy, a kernel, and twice frugally; return the files or message of each, and the pid."""

    def all_ways_(body):
        command = [sys.executable, "-c", _ALL_WAYS, str(write(body)), str(tmp_path / "out")]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "0"}  # matplotlib dates what it draws
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        return json.loads(done.stdout)

    return all_ways_


def test_the_same_bytes_as_with_a_kernel(all_ways, cell):
    body = "".join(
        [
            cell("print('先')\nprint('后')\nimport sys\nprint('错', file=sys.stderr)\n'值'"),
            cell("print('# 标题\\n\\n**粗**')", output="asis"),
            cell(
                """
                from IPython.display import HTML, Markdown, display
                shown = display(Markdown("旧"), display_id=True)
                shown.update(Markdown("新"))
                display(HTML("<table><tr><td>甲</td></tr></table>"))
                None
                """
            ),
            cell(
                """
                import matplotlib.pyplot as plt
                plt.rcParams["svg.hashsalt"] = "x"
                plt.plot([1, 2]);
                """,
                label="fig-a",
                fig_cap="图",
            ),
            cell("1 / 0", error="true"),
            "\n`{python} 1 + 1` 和 `{python} 'a*b'`\n",
        ]
    )
    copied, with_kernel, first, second, _ = all_ways(body)
    assert copied == with_kernel
    assert first == with_kernel
    assert second == with_kernel


@pytest.mark.parametrize(
    "code", ["def f():\n    return 1 / 0\nf()", "x = (", "raise KeyboardInterrupt", "import sys\nsys.exit(3)"]
)
def test_the_same_errors_as_with_a_kernel(all_ways, cell, code):
    copied, with_kernel, first, second, _ = all_ways(cell(code, label="坏"))
    assert "文档.qmd:" in with_kernel
    assert copied == first == second == with_kernel


def test_a_broken_inline_expression_is_told_alike(all_ways):
    copied, with_kernel, first, second, _ = all_ways("甲\n\n`{python} 没有`\n")
    assert copied == with_kernel == first == second
    assert "没有" in first


def test_cells_run_in_the_process_itself_and_find_nothing_of_the_last(all_ways, cell, folder):
    code = """
    import os, sys
    with open("号", "a") as file:
        file.write(f"{os.getpid()} {os.getppid()} {'秘密' in globals()} {'helpers.publish' in sys.modules}\\n")
    秘密 = 1
    """
    *_, own = all_ways(cell(textwrap.dedent(code) + "\nNone"))
    pids, parents, secrets, loaded = zip(
        *(line.split() for line in (folder / "号").read_text().splitlines()), strict=True
    )
    assert secrets == ("False",) * 4
    assert str(own) not in pids[:2]
    assert parents[:2] == (str(own),) * 2
    assert pids[2:] == (str(own),) * 2
    assert loaded[0] == str(sys.platform == "linux"), "a copy where the system can, and nothing loaded twice"
    assert loaded[1] == "False"


def test_what_was_to_be_written_is_written_once(write, cell, tmp_path):
    code = """
    import sys
    from pathlib import Path
    from helpers.publish import publish
    print("甲", end="")
    made = publish(Path(sys.argv[1]), to=["html"], out=Path(sys.argv[2]), engine="pandoc", forked=True)
    assert "甲" not in made.outputs["html"].read_text("utf-8") and "乙" in made.outputs["html"].read_text("utf-8")
    """
    document = write(cell("import sys\nsys.__stdout__.write('乙')\nsys.__stdout__.flush()"))
    command = [sys.executable, "-c", textwrap.dedent(code), str(document), str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.stdout == "甲", done.stderr
