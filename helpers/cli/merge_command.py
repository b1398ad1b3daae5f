"""The command ``merge``: what is to be decided is asked on a terminal, and told elsewhere."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from helpers.cli import usage
from helpers.cli.given_folders import PATH
from helpers.cli.messages import fail, say
from helpers.cli.usage import Chosen


@dataclass
class Asked:
    """What was decided on the command line, and since then."""

    accept: Chosen = frozenset()
    reject: Chosen = frozenset()
    answers: dict[str, Any] = field(default_factory=dict)


@click.command(
    cls=usage.Command,
    help="领导改过的 Word 文件（或旧底稿的填报表）合并回报告文件夹：数字、文字、修订、批注；拿不准的先问。",
)
@click.argument("file", metavar="FILE", type=PATH)
@usage.option("--into", "folder", required=True, type=PATH, metavar="FOLDER", help="报告文件夹")
@usage.option("--dry-run", is_flag=True, help="只列出会改什么，不写")
@usage.option("--json", "as_json", is_flag=True, help="把结果作为一个 JSON 写到标准输出")
@usage.option("--accept", type=usage.Numbers(), default="", help="接受哪几处修订，如 1,3 或 all")
@usage.option("--reject", type=usage.Numbers(), default="", help="不接受哪几处修订")
@usage.option(
    "--decide",
    "answers",
    type=usage.Answer(),
    multiple=True,
    help="定一件事，如 overview.2=file；all=… 定其余的",
)
def merge(
    file: Path,
    folder: Path,
    dry_run: bool,
    as_json: bool,
    accept: Chosen,
    reject: Chosen,
    answers: Sequence[tuple[str, str]],
) -> None:
    """Bring an edited Word file (or a workbook) back: figures, prose, tracked changes, comments; what is not certain is asked."""
    sys.exit(run(file, folder, Asked(accept, reject, dict(answers)), dry_run=dry_run, as_json=as_json))


def run(file: Path, folder: Path, asked: Asked, *, dry_run: bool, as_json: bool) -> int:
    """Merge, or show what a merge would do; return the exit code: 1 while something is undecided, and then nothing is written."""
    from helpers import merge as merging
    from helpers.report.findings import printable
    from helpers.report.folder import InvalidReport

    try:
        merge = _plan(file, folder, asked)
        if not (as_json or dry_run or merge.decided) and sys.stdin.isatty():
            click.echo(printable(merging.text(merge)))
            merge = _ask(file, folder, asked, merge)
        old = None if dry_run or not merge.decided or not merge.files else merging.apply(merge)
    except (InvalidReport, merging.MergeError) as error:
        fail(str(error), 2)
    if as_json:
        click.echo(json.dumps(merge.to_json() | {"written": old is not None}, ensure_ascii=False, indent=2))
    else:
        click.echo(printable(merging.text(merge)))
    if old is not None:
        say(f"已写入 {folder}，原来的在 {old}。请再运行 check 核对。")
    elif not merge.decided:
        say("还有没定的，什么都没有写。")
    return 0 if merge.decided else 1


def show(file: Path, folder: Path, *, as_json: bool) -> int:
    """Show what a merge would do with all tracked changes accepted; return 0 where the file says nothing else, and 1 otherwise."""
    from helpers import merge as merging
    from helpers.report.findings import printable
    from helpers.report.folder import InvalidReport

    try:
        merge = merging.plan_merge(file, folder)
    except (InvalidReport, merging.MergeError) as error:
        fail(str(error), 2)
    shown = json.dumps(merge.to_json(), ensure_ascii=False, indent=2) if as_json else merging.text(merge)
    click.echo(shown if as_json else printable(shown))
    return 0 if merge.same else 1


def _plan(file: Path, folder: Path, asked: Asked) -> Any:
    from helpers import merge as merging

    everything = "all" in (asked.accept, asked.reject)
    rejected = frozenset() if asked.reject == "all" else frozenset(asked.reject)
    accepted = frozenset() if asked.accept == "all" else frozenset(asked.accept)
    if asked.reject == "all":
        first = merging.plan_merge(file, folder, accepted=None)
        rejected = frozenset(one.number for one in first.tracked) - accepted
    return merging.plan_merge(
        file,
        folder,
        accepted=None if everything else accepted,
        rejected=rejected - (accepted if asked.reject == "all" else frozenset()),
        answers=asked.answers,
    )


def _ask(file: Path, folder: Path, asked: Asked, merge: Any) -> Any:
    """Ask about each tracked change, then about each question, until nothing is left."""
    from helpers.merge.merge_display import question, tracked
    from helpers.merge.outcome import CHOICES

    accepted, rejected = ({*side} if side != "all" else set() for side in (asked.accept, asked.reject))
    for one in [one for one in merge.tracked if one.number in merge.undecided]:
        taken = (
            _choose(tracked(one), ["accept", "reject"], {"accept": "接受", "reject": "不接受"}) == "accept"
        )
        (accepted if taken else rejected).add(one.number)
    asked = Asked(frozenset(accepted), frozenset(rejected), asked.answers)
    merge = _plan(file, folder, asked)
    while merge.questions:
        one = merge.questions[0]
        asked.answers[one.key] = _choose("\n".join([*question(one)][:-1]), one.choices, CHOICES)
        merge = _plan(file, folder, asked)
    return merge


def _choose(asked: str, choices: Sequence[str], meanings: Any) -> str:
    from helpers.report.findings import printable

    say(printable(asked))
    listed = "　".join(f"{number}. {meanings[choice]}" for number, choice in enumerate(choices, 1))
    number = click.prompt(listed, type=click.IntRange(1, len(choices)), err=True)
    return str(choices[number - 1])
