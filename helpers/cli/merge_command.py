"""The command ``merge``: what is to be decided is asked on a terminal, and told elsewhere."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from helpers.cli.messages import fail, say
from helpers.cli.usage import Chosen


@dataclass
class Asked:
    """What was decided on the command line, and since then."""

    accept: Chosen = frozenset()
    reject: Chosen = frozenset()
    answers: dict[str, Any] = field(default_factory=dict)


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
    from helpers.merge.display import question, tracked
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
