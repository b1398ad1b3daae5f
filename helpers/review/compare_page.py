"""A comparison as a page of its own, without script, for any browser."""

from collections.abc import Sequence
from html import escape

from helpers.report.figures import format_figure
from helpers.review.compare import Comparison, heading, meaning
from helpers.review.figure_pairs import Pair, signed
from helpers.review.text_diff import Mark, Span

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>两份报告的比较</title>
<style>
:root {{ color-scheme: light dark; --ink: #1c1b19; --paper: #fffefb; --rule: #8a857c; --new: #0b5d2a; --old: #a8161b; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e9e5dc; --paper: #1e1d1a; --rule: #7d776c; --new: #8fd6a3; --old: #f0a09a; }}
}}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.8 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.4rem; }} h2 {{ margin-top: 2rem; font-size: 1.15rem; }}
.region {{ overflow-x: auto; }}
table {{ width: 100%; min-width: 44rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .3rem .6rem; border: 1px solid var(--rule); text-align: left; }}
td {{ text-align: right; white-space: nowrap; }}
ins {{ color: var(--new); font-weight: 600; }} del {{ color: var(--old); }}
</style>
</head>
<body>
<main>
<h1>两份报告的比较</h1>
<p>{heading}</p>
<p>文字里，<del>划去的</del>只在前一份，<ins>带下划线的</ins>只在后一份。</p>
{body}
</main>
</body>
</html>
"""
_TAGS: dict[Mark, str] = {"added": "ins", "removed": "del"}


def html(comparison: Comparison) -> str:
    """Return the comparison as a page of its own, without script, for any browser."""
    parts = []
    if comparison.same:
        parts.append("<p>内容相同。</p>")
    else:
        figures = [
            (pair.place, format_figure(pair.before), format_figure(pair.after), *_columns(pair))
            for pair in comparison.figures
        ]
        facts = [(meaning(key), before, after, "", "") for key, before, after in comparison.settings]
        rows = facts + figures
        if rows:
            parts.append(_table(rows))
    for one in comparison.sections:
        if one.changed:
            parts.append(f"<h2>{escape(one.heading)}（新写的占 {one.new_share:.0%}）</h2>")
            parts += [f"<p>{''.join(map(_tagged, sentence))}</p>" for sentence in one.changed]
    return _PAGE.format(heading=escape(heading(comparison)), body="\n".join(parts))


def _columns(pair: Pair) -> tuple[str, str]:
    return signed(pair.difference), "" if pair.percent is None else f"{signed(pair.percent)}%"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    body = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("项目", "前一份", "后一份", "增减", "增减幅度")
    )
    return (
        '<h2 id="figures">数据</h2>\n<div class="region" role="region" tabindex="0" aria-labelledby="figures">\n'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _tagged(span: Span) -> str:
    tag = _TAGS.get(span.mark)
    return escape(span.text) if tag is None else f"<{tag}>{escape(span.text)}</{tag}>"
