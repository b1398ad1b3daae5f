"""Cells run in the process itself give what a kernel gives: the same files, the same errors."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_TWICE = """
import json, os, sys
from pathlib import Path
from helpers.publish import PublishError, publish

document, out = map(Path, sys.argv[1:])
said = {}
before = sys.modules["__main__"], sys.stdout, sys.excepthook
for frugal in (False, True, True):
    try:
        made = publish(document, out=out / str(len(said)), engine="pandoc", in_process=frugal)
        said[len(said)] = [path.read_bytes().hex() for path in made.outputs.values()]
    except PublishError as error:
        said[len(said)] = str(error)
assert before == (sys.modules["__main__"], sys.stdout, sys.excepthook)
print(json.dumps([*said.values(), os.getpid()]))
"""


@pytest.fixture
def twice(write, tmp_path):
    """Publish a document with a kernel, then twice frugally; return the files or the message of each, and the pid."""

    def twice_(body):
        command = [sys.executable, "-c", _TWICE, str(write(body)), str(tmp_path / "out")]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "0"}  # matplotlib dates what it draws
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert not done.stderr
        return json.loads(done.stdout)

    return twice_


def test_the_same_bytes_as_with_a_kernel(twice, cell):
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
    with_kernel, first, second, _ = twice(body)
    assert first == with_kernel
    assert second == with_kernel


@pytest.mark.parametrize(
    "code", ["def f():\n    return 1 / 0\nf()", "x = (", "raise KeyboardInterrupt", "import sys\nsys.exit(3)"]
)
def test_the_same_errors_as_with_a_kernel(twice, cell, code):
    with_kernel, first, second, _ = twice(cell(code, label="坏"))
    assert "文档.qmd:" in with_kernel
    assert first == second == with_kernel


def test_a_broken_inline_expression_is_told_alike(twice):
    with_kernel, first, second, _ = twice("甲\n\n`{python} 没有`\n")
    assert with_kernel == first == second
    assert "没有" in first


def test_cells_run_in_the_process_itself_and_find_nothing_of_the_last(twice, cell, folder):
    code = """
    import os
    with open("号", "a") as file:
        file.write(f"{os.getpid()} {'秘密' in globals()}\\n")
    秘密 = 1
    """
    *_, own = twice(cell(textwrap.dedent(code) + "\nNone"))
    pids = [line.split() for line in (folder / "号").read_text().splitlines()]
    assert [secret for _, secret in pids] == ["False"] * 3
    assert pids[0][0] != str(own)
    assert [pid for pid, _ in pids[1:]] == [str(own)] * 2
