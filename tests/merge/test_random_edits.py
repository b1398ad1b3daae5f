"""Random edits of text and figures, merged and rendered, give the edited text and figures again; what both sides changed is never lost."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.report.cell_names import CELLS
from helpers.report.folder import load
from tests.merge.merge_tools import SAMPLES, contents, merge, word_of
from tests.merge.word_edits import W, WordFile, paragraphs, shown

WORDS = [
    "及时",
    "（含）",
    "今年",
    "A股3件",
    "**",
    "5*6",
    "“引”",
    "_下_",
    "、",
    "全面 落实",
    "<b>",
    "[1]",
    "&",
    "#",
    "1. ",
    "\\",
]
"""What is typed: text, and what Markdown could take for more."""


def squeezed(path: Path) -> list[str]:
    return ["".join(one.split()) for one in paragraphs(path) if one.strip()]


def prose_paragraphs(file: WordFile) -> list[Any]:
    """Paragraphs of prose, without those that hold a placeholder: numbers typed over have tests of their own."""
    marks = [one.get(f"{W}name") for one in file.root.iter(f"{W}bookmarkStart")]
    found = []
    for start in file.root.iter(f"{W}bookmarkStart"):
        name = start.get(f"{W}name")
        if (
            name.startswith(("_nb_overview", "_nb_problems", "_nb_other"))
            and name.count("_") == 3
            and f"{name}_1" not in marks
        ):
            found.append(next(start.iterancestors(f"{W}p")))
    return found


def edit_text(file: WordFile, choose: random.Random) -> None:
    paragraph = choose.choice(prose_paragraphs(file))
    text = shown(paragraph)
    if len(text) < 4:
        return
    start = choose.randrange(len(text) - 1)
    old = text[start : start + choose.randint(1, min(8, len(text) - start))]
    if not old.strip():
        return
    match choose.randrange(6):
        case 0:
            file.add_after(paragraph, "新的一段" + choose.choice(WORDS) + "。")
        case 1 if len(prose_paragraphs(file)) > 4:
            paragraph.getparent().remove(paragraph)
        case 2:
            other = choose.choice(prose_paragraphs(file))
            if other is not paragraph:
                other.addnext(paragraph)
        case 3:
            file.track_replace(
                paragraph, old, choose.choice(WORDS), date=f"2026-11-20T09:{choose.randrange(60):02}:00Z"
            )
        case _:
            file.type_over(
                paragraph, old, choose.choice(["", choose.choice(WORDS), choose.choice(WORDS) + old])
            )


@pytest.mark.parametrize("seed", range(6))
def test_what_was_edited_is_what_is_rendered(
    seed: int, word: Callable[[Path], Path], rich: tuple[Path, Path], tmp_path: Path
) -> None:
    choose = random.Random(seed)
    source = rich[0] if seed % 2 else SAMPLES[choose.randrange(len(SAMPLES))]
    folder = Path(shutil.copytree(source, tmp_path / source.name))
    if source.parent.name == "data":  # linked by relative paths
        for other in SAMPLES:
            if other != source:
                shutil.copytree(other, tmp_path / other.name)
    file = WordFile(rich[1] if seed % 2 else word(source))
    for _ in range(6):
        edit_text(file, choose)
    figure = choose.randrange(6)  # of these no chart is drawn
    file.set_figure(f"disclosure_{figure + 1}", "77")
    edited = file.save(tmp_path / "edited.docx")
    before = contents(folder)
    done = merge(edited, folder, "--accept", "all", "--json")
    if done.code == 1:  # what Markdown cannot say is asked, and nothing is written
        assert {tuple(one["choices"]) for one in done.json["questions"]} == {("folder",)}, done.out
        assert contents(folder) == before
        return
    assert done.code == 0, done.out + done.said
    assert load(folder).figure(*CELLS["disclosure"][figure]) == 77
    accepted = WordFile(edited)
    for one in [*accepted.root.iter(f"{W}del"), *accepted.root.iter(f"{W}delText")]:
        if one.getparent() is not None:
            one.getparent().remove(one)
    seen = squeezed(accepted.save(tmp_path / "accepted.docx"))
    # A sentence that names the figure follows the table.
    name = CELLS["disclosure"][figure][1]
    value = str(load(folder.with_name(f"{folder.name}.old")).figure(*CELLS["disclosure"][figure]))
    again = squeezed(word_of(folder, tmp_path / "out", force=True))
    own = {f"{{{{ {name} }}}}": f"{{{{{name}}}}}"}
    names_it = any(
        f"{{{{ {name} }}}}" in text.decode("utf-8", "replace") for text in contents(folder).values()
    )
    if names_it:
        seen, again = (
            [one for one in texts if value not in one and "77" not in one] for texts in (seen, again)
        )
    assert sorted(again) == sorted(seen), own
    assert merge(edited, folder, "--accept", "all", "--json").json["changed_files"] == []


@pytest.mark.parametrize("seed", range(3))
def test_no_change_of_either_side_is_lost(seed: int, word: Callable[[Path], Path], tmp_path: Path) -> None:
    """Both sides change sentences and figures of their own choice: each change is in the result, or both are asked about."""
    choose = random.Random(seed)
    source = SAMPLES[-1]
    folder = Path(shutil.copytree(source, tmp_path / source.name))
    file = WordFile(word(source))
    overview = folder / "overview.md"
    text = overview.read_text("utf-8")
    places = ["规范、高效、便民", "讲清内容", "严格履行", "及时处理和答复", "方便群众", "提升发布质量"]
    here, there = choose.sample(places, 4), choose.sample(places, 4)
    for place in here:
        text = text.replace(place, f"甲{place}")
    overview.write_text(text, encoding="utf-8")
    for place in there:
        paragraph = next(one for one in prose_and_all(file) if place in shown(one))
        file.type_over(paragraph, place, f"{place}乙")
    edited = file.save(tmp_path / "edited.docx")
    done = merge(edited, folder, "--json")
    asked = "".join(f"{one['file']}|{one['folder']}" for one in done.json["questions"])
    if done.code == 0:
        asked = overview.read_text("utf-8")
    else:
        assert overview.read_text("utf-8") == text
        done = merge(edited, folder, "--decide", "all=folder", "--json")
        asked += overview.read_text("utf-8")
    for place in here:
        assert f"甲{place}" in asked
    for place in there:
        assert f"{place}乙" in asked


def prose_and_all(file: WordFile) -> list[Any]:
    return list(file.root.iter(f"{W}p"))
