"""One kernel a process: warm, wiped, replaced when it dies."""

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from helpers.publish import PublishError
from helpers.publish.cells import kernel

ROOT = Path(__file__).resolve().parents[2]


def test_kernel_is_kept_and_wiped(make, cell):
    first = make(
        cell("""
        import os, sys, json, decimal
        秘密 = 1
        sys.path.insert(0, "/nowhere")
        os.environ["PUBLISH_TEST"] = "1"
        os.chdir("/")
        import matplotlib.pyplot as plt
        plt.rcParams["font.size"] = 99
        plt.figure()
        print("pid", os.getpid())
        """),
        to=["html"],
    )
    second = make(
        cell("""
        import os, sys
        print("pid", os.getpid())
        print("秘密" in globals(), "/nowhere" in sys.path, "PUBLISH_TEST" in os.environ, os.path.basename(os.getcwd()))
        print("decimal" in sys.modules, In[:1], len(In))
        import matplotlib.pyplot as plt
        print(plt.rcParams["font.size"] == 99, plt.get_fignums())
        """),
        to=["html"],
        out="out2",
    )
    pids = [re.search(r"pid(\d+)", made.text("html"))[1] for made in (first, second)]
    assert pids[0] == pids[1]
    assert "FalseFalseFalse项目" in second.text("html")
    assert "True['']2" in second.text("html")
    assert "False[]" in second.text("html")


def test_kernel_sees_this_process_environment(make, cell, monkeypatch):
    make("甲\n", to=["html"])
    monkeypatch.setenv("PUBLISH_TEST", "值")
    made = make(cell("import os\nprint(os.environ.get('PUBLISH_TEST'))"), to=["html"], out="out2")
    assert "值" in made.text("html")


def test_cells_run_once_in_the_documents_folder(make, cell):
    make(cell("open('次数', 'a').write('x');"))
    made = make(cell("print(open('次数').read())"), out="out2")
    assert made.text("docx") == "题目x"


def test_kernel_that_dies_in_a_cell(make, cell, tmp_path):
    with pytest.raises(PublishError, match=r"文档.qmd:11：单元格 死 运行时内核意外退出"):
        make(cell("import os\nos._exit(3)", label="死"))
    assert not (tmp_path / "out").exists()
    assert make("甲 `{python} 1 + 1`\n").text("html") == "题目甲2"


def test_kernel_that_died_between_documents(make):
    make("甲\n", to=["html"])
    os.kill(kernel._kernel._process.pid, signal.SIGKILL)
    assert make("甲 `{python} 1 + 1`\n", to=["html"], out="out2").text("html") == "题目甲2"


def test_kernel_ends_with_its_process(tmp_path, write):
    document = write("甲\n")
    code = f"""
    from pathlib import Path
    from helpers.publish import publish
    from helpers.publish.cells import kernel
    publish(Path({str(document)!r}), out=Path({str(tmp_path / "out")!r}), to=["html"], engine="pandoc")
    print(kernel._kernel._process.pid)
    """
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(process.stdout), 0)


SLEEP = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"


@pytest.mark.parametrize("forked", [False, True])
def test_kernel_ends_when_its_process_is_killed(tmp_path, write, cell, interrupted, forked):
    interrupted(write(cell(SLEEP)), tmp_path / "out", "pandoc", signal.SIGKILL, forked)


@pytest.mark.parametrize("forked", [False, True])
def test_interrupt_leaves_what_stood_and_cleans_up(tmp_path, write, cell, interrupted, forked):
    out = tmp_path / "out"
    out.mkdir()
    (out / "文档.html").write_text("旧")
    interrupted(write(cell(SLEEP)), out, "pandoc", forked=forked)
    assert [path.name for path in out.iterdir()] == ["文档.html"]
    assert (out / "文档.html").read_text() == "旧"


def test_what_programs_write_is_shown_where_it_was_written(make, cell):
    made = make(
        cell("""
        import os, subprocess, sys
        print("甲")
        os.system("echo 乙")
        print("丙")
        subprocess.run([sys.executable, "-c", "print('丁')"], check=True)
        print("戊")
        """),
        to=["html"],
    )
    assert "甲乙丙丁" in made.text("html")
    assert made.text("html").endswith("戊")


def test_cells_have_no_input(make, cell):
    with pytest.raises(PublishError, match=r"文档.qmd:\d+：单元格 问 出错：EOFError"):
        make(cell("input('？')", label="问"))


def test_a_name_of_the_programs_own_files_is_free_for_cells(make, cell):
    made = make(
        cell("import sys\nprint('helpers' in sys.modules, __name__, 'shell' in sys.modules)"), to=["html"]
    )
    assert made.text("html") == "题目False__main__False"


def test_cells_may_wait(make, cell):
    made = make(cell("import asyncio\nawait asyncio.sleep(0)\nprint('到')"), to=["html"])
    assert made.text("html") == "题目到"
