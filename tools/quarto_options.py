"""Print the inventory of Quarto's names as a page: ``python tools/quarto_options.py > docs/zh/quarto选项.md``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from helpers.publish.qmd.supported import Row, inventory

__all__ = ["page"]

KINDS = {
    "document": "文档的选项（文件头、`_metadata.yml`、`_quarto.yml`，或写在某一格式下）",
    "project": "`project:` 下的选项",
    "execute": "`execute:` 下的选项",
    "crossref": "`crossref:` 下的选项",
    "cell": "单元格的选项（`#| 名称: 值`）",
    "class": "类（`::: {.类}`、`[文]{.类}`）",
    "attribute": '属性（`{名称="值"}`）',
    "label": "编号的前缀（`{#前缀-名}`、`@前缀-名`）",
    "shortcode": "短代码（`{{< 名称 >}}`）",
    "file": "项目里的文件",
}
STATUS = {"supported": "支持", "refused": "拒绝", "no effect": "不起作用"}
HEAD = """# 内置引擎与 Quarto 的选项

Quarto 1.10 的文档列出的每个名称，内置引擎怎样处理：**支持**；**拒绝**，报出文件、行号和原因（值为 `false` 的不拒绝，因为没有要求什么）；
或者在网页、PDF、Word 里本来就**不起作用**。不认识的名称也拒绝，并说出最接近的一个；文档自己的数据写在 `metadata:` 下。
有 Quarto 时用 Quarto，这一页与它无关。

本页由 `helpers/publish/qmd/inventory.yml` 生成：`python tools/quarto_options.py > docs/zh/quarto选项.md`。"""


def page() -> str:
    """Return the page, Markdown."""
    return "\n\n".join([HEAD, *(f"## {title}\n\n{_table(kind)}" for kind, title in KINDS.items())]) + "\n"


def _table(kind: str) -> str:
    groups: dict[tuple[str, str], list[str]] = {}
    for name, row in inventory()[kind].items():
        groups.setdefault((STATUS[row.status], _reason(row)), []).append(f"`{name}`")
    lines = (f"| {status} | {'、'.join(names)} | {reason} |" for (status, reason), names in groups.items())
    return "\n".join(["| 结果 | 名称 | 说明 |", "|---|---|---|", *lines])


def _reason(row: Row) -> str:
    if not row.only:
        return row.because
    value = str(row.only[0]).lower() if isinstance(row.only[0], bool) else row.only[0]
    return f"只支持 `{value}`：{row.because}"


if __name__ == "__main__":
    print(page(), end="")
