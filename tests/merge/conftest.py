"""Word files made of report folders, edited, and merged back by the command."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from published import XIAODUKOU

from tests.merge.merge_tools import word_of


@pytest.fixture(scope="session")
def word(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """The Word file of a sample folder; each is made once."""
    made: dict[Path, Path] = {}

    def get(folder: Path) -> Path:
        if folder not in made:
            made[folder] = word_of(folder, tmp_path_factory.mktemp(folder.name))
        return made[folder]

    return get


RICH = """（一）基本情况

全年处理行政许可{{ licensing }}件，行政处罚{{ penalties }}件。**重点**领域*逐项*公开，见[目录](https://example.cn/a_b "目录")。
同一段的第二行，新收申请{{ new_received }}件。

<!-- 给自己看的：{{ year }} -->

- 主动公开第一条
- 依申请公开第二条，共{{ new_received.natural_person }}件
- 政府信息管理第三条

1. 平台建设甲
2. 监督保障乙

> 引用的话。
> 第二行。

| 事项 | 次数 |
|---|---:|
| 培训 | 3 |

地址：某路1号\\
电话：{{ contact.phone }}

最后一段；用\\*号\\*和 &amp; 号。
"""
"""Prose with everything that Markdown here can say."""


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with rich prose, blank totals, and its Word file."""
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path_factory.mktemp("rich") / "rich"))
    (folder / "overview.md").write_bytes(RICH.replace("\n", "\r\n").encode("utf-8-sig"))
    table = folder / "applications.csv"
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    blank = [
        ",".join([*line.split(",")[:-1], ""]) if line.startswith(("new_received", "granted")) else line
        for line in lines
    ]
    figures = {
        "new_received": "3,1,0,0,0,0",
        "granted": "2,1,0,0,0,0",
        "carried_forward": "1,0,0,0,0,0",
        "total_handled": "2,1,0,0,0,0",
    }
    for number, line in enumerate(blank):
        key = line.split(",")[0]
        if key in figures:
            blank[number] = ",".join([*line.split(",")[:2], *figures[key].split(","), ""])
    table.write_bytes(("\r\n".join(blank) + "\r\n").encode("gb18030"))
    return folder, word_of(folder, folder.parent / "out")


@pytest.fixture
def rich_folder(rich: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(rich[0], tmp_path / "rich"))
