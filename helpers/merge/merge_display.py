"""A merge in words: what it changes, what has to be decided, what it leaves."""

from collections.abc import Iterator

from helpers.merge.merge_result import Merge
from helpers.merge.outcome import CHOICES, ProseChange, Question
from helpers.merge.word_text import Change
from helpers.report.cell_names import place
from helpers.review.text_diff import words

_MARKS = {
    "kept": "",
    "partly": "文件里的标记不全（可能用别的软件另存过），按文字对应，请仔细核对。",
    "lost": "文件里没有本项目的标记（可能是旧版软件另存、复制到新文件，或经聊天软件转过），不知道它从哪一稿生成："
    "数字按表头认，文字按内容对应，每一处不同都要定。",
}
_KINDS = {"added": "新加", "deleted": "删去", "moved": "移动"}


def text(merge: Merge) -> str:
    """Return a merge as lines for a terminal; additions stand in ``{+ +}``, deletions in ``[- -]``."""
    return "\n".join(_lines(merge))


def _lines(merge: Merge) -> Iterator[str]:
    if _MARKS[merge.marks]:
        yield _MARKS[merge.marks]
    if merge.marks == "kept" and not merge.same_edition:
        yield "文件生成以后，文件夹又改过；两边的改动合在一起。"
    if merge.tracked:
        yield f"修订 {len(merge.tracked)} 处："
        yield from (f"  {tracked(one)}（{_state(merge, one.number)}）" for one in merge.tracked)
    if merge.figures:
        yield f"数字 {len(merge.figures)} 个："
        yield from (f"  {place(one.cell)}：{one.before} → {one.after}" for one in merge.figures)
    if merge.prose:
        yield f"文字 {len(merge.prose)} 处："
        yield from (f"  {one.heading}：{_change(one)}" for one in merge.prose)
    if merge.notes.added or merge.notes.updated:
        yield f"批注：新增 {len(merge.notes.added)} 条，更新 {len(merge.notes.updated)} 条："
        for entry in (*merge.notes.added, *merge.notes.updated):
            replies = "".join(f"；{one['who']}答复：{one['text']}" for one in entry.get("replies", ()))
            yield f"  {entry['at']}“{_short(entry['seen'])}”：{entry['text']}（{entry['who']}，{entry['when']}{replies}）"
    if merge.questions:
        yield f"要定的事 {len(merge.questions)} 件，定下来以前什么都不写："
        for one in merge.questions:
            yield from question(one)
    if merge.untaken:
        yield f"没有放进去的 {len(merge.untaken)} 处："
        yield from (f"  {one}" for one in merge.untaken)
    if merge.same:
        yield "文件里的内容文件夹里都有了，没有要改的。"


def tracked(change: Change) -> str:
    """Return a tracked change with its number, author and moment."""
    if change.removed and change.removed == change.added:
        return f"{change.number}. {change.author or '未署名'} {change.date}：移动“{_short(change.added)}”"
    removed = f"[-{change.removed}-]" if change.removed else ""
    added = f"{{+{change.added}+}}" if change.added else ""
    shown = f"{removed}{added}".replace("\n", " ") or "（段落的分合）"
    return f"{change.number}. {change.author or '未署名'} {change.date}：{shown}"


def _state(merge: Merge, number: int) -> str:
    if number in merge.undecided:
        return "没有定：--accept 或 --reject"
    return "不接受" if number in merge.rejected else "接受"


def _change(change: ProseChange) -> str:
    if change.kind != "changed":
        return f"{_KINDS[change.kind]}“{change.after or change.before}”"
    signs = {"same": ("", ""), "added": ("{+", "+}"), "removed": ("[-", "-]")}
    spans = words(change.before, change.after)
    if all(span.mark == "same" for span in spans):
        return f"加粗、强调或链接有改动“{_short(change.after)}”"
    parts = [_around(span.text, span.mark) for span in spans]
    return "".join(part.join(signs[span.mark]) for part, span in zip(parts, spans, strict=True))


def _around(shown: str, mark: str) -> str:
    return shown if mark != "same" or len(shown) <= 40 else f"{shown[:15]}……{shown[-15:]}"


def question(one: Question) -> Iterator[str]:
    """Yield the lines that ask a question, with both readings and how to answer."""
    yield f"  {one.key}　{one.place}：{one.why}"
    for name, side in (("文件", one.file), ("文件夹", one.folder)):
        yield f"    {name}：{side or '（没有）'}"
    choices = "；".join(f"--decide {one.key}={choice}（{CHOICES[choice]}）" for choice in one.choices)
    yield f"    {choices}"


def _short(shown: str) -> str:
    return shown if len(shown) <= 40 else f"{shown[:40]}……"
