"""The catalogue: which function runs which rule, in the order of ``data/form/rules.yml``; and the page that lists them all.

``python -m helpers.checks > docs/rules.md`` writes the page.
"""

from collections.abc import Iterator
from functools import cache

from helpers.checks import (
    citations,
    consistency,
    dates,
    levels,
    local_demands,
    open_notes,
    organ_names,
    pairs,
    parts,
    private,
    sameness,
    sums,
    wording,
    years,
)
from helpers.checks.rule import CHECKS, Check
from helpers.report.findings import Rule, rules

_RULES = (
    citations,
    consistency,
    dates,
    levels,
    local_demands,
    open_notes,
    organ_names,
    pairs,
    parts,
    private,
    sameness,
    sums,
    wording,
    years,
)
"""Modules of rules; importing one registers its functions."""

LEVELS = {"error": "错误", "warning": "警告", "info": "提示"}
"""Levels as people read them."""

STAGES = {
    "shape": "形式",
    "values": "数值",
    "sums": "合计",
    "years": "年度与层级",
    "prose": "文字",
    "review": "审阅",
}
"""Stages as people read them."""


@cache
def checks() -> dict[str, Check]:
    """Functions by rule; the rules of stage ``shape`` are found while a folder is read and have none."""
    return {name: CHECKS[name] for name in rules() if name in CHECKS}


def stages() -> Iterator[list[Check]]:
    """Functions stage by stage."""
    for stage in dict.fromkeys(known.stage for known in rules().values()):
        yield [check for name, check in checks().items() if rules()[name].stage == stage]


def page() -> str:
    """Text of ``docs/rules.md``: every rule with its level, stage, basis and what it asks."""
    body = "\n".join(_section(stage) for stage in STAGES)
    return f"""# 报告要通过的规则

本页由 `python -m helpers.checks > docs/rules.md` 从 `data/form/rules.yml` 生成，请勿手改。

规则分阶段运行，后一阶段信任前一阶段；已经报告过的格子，后一阶段不再作为后果重复报告。

- **错误**：不得公布，必须改正；不能用说明代替。
- **警告**：须有人核对；确有原因的，在 `report.yml` 的 `explanations` 里写 `规则编号: 原因`，此后显示为“已说明”（级别记作提示），不再计入警告。
- **提示**：供参考。
- 一个格子的错会打破它所在的各处合计；改动最小、改后处处对得上的几种改法按可能性列出（数字颠倒、错行错栏、总计填错等），只是提示，从不代为改动；`--json` 里是 `suspects`。
- **往年**：沿 `previous` 一年一年往回核对；更早各年之间的出入只作提示，那一年的 `explanations` 里已说明的不再提。
- **上下级**：`parent` 写在下级的 `report.yml` 里，上级旁边（同一目录下）写了它的文件夹都算它的下级，名单视为不齐。名单齐全的，在上级的文件夹里放 `children.yml`，写 `complete: true` 和 `folders: [下级文件夹, ……]`，此后每一格都要等于下级之和。
- **正文里的数**：整个分句都读得懂才核对，读不懂的不作判断。

{body}"""


def _section(stage: str) -> str:
    rows = "\n".join(_row(known) for known in rules().values() if known.stage == stage)
    return f"## {STAGES[stage]}\n\n| 编号 | 级别 | 要求 | 依据 |\n|---|---|---|---|\n{rows}\n"


def _row(known: Rule) -> str:
    return f"| `{known.id}` | {LEVELS[known.level]} | {known.text} | {known.basis} |"
