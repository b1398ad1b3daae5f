"""Edits of a Word file come back into the folder: figures, prose, revisions, comments; what is not certain is asked."""

import copy
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU, Validate

from helpers.files.yaml_text import read_yaml
from helpers.report.folder import load
from tests.merge.merge_tools import SAMPLES, Done, contents, merge, run, word_of
from tests.merge.word_edits import W, WordFile, paragraphs, shown


@pytest.fixture
def file(word: Callable[[Path], Path]) -> WordFile:
    """The example's Word file, to be edited."""
    return WordFile(word(XIAODUKOU))


@pytest.fixture
def save(tmp_path: Path) -> Callable[[WordFile], Path]:
    numbers: Iterator[int] = iter(range(100))
    return lambda file: file.save(tmp_path / f"edited-{next(numbers)}.docx")


@pytest.fixture
def rich_file(rich: tuple[Path, Path]) -> WordFile:
    return WordFile(rich[1])


def changed(folder: Path, before: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Text before and after of each file that is another now."""
    after = contents(folder)
    return {
        name: (
            before.get(name, b"").decode("utf-8", "replace"),
            after.get(name, b"").decode("utf-8", "replace"),
        )
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }


def lines_changed(before: str, after: str) -> list[tuple[str, str]]:
    old, new = before.split("\n"), after.split("\n")
    assert len(old) == len(new)
    return [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]


def merged(done: Done, folder: Path) -> None:
    assert done.code == 0, done.out + done.said
    assert folder.with_name(f"{folder.name}.old").is_dir()


# Nothing edited -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda one: one.name)
def test_an_unedited_file_changes_no_byte(folder: Path, word: Callable[[Path], Path], tmp_path: Path) -> None:
    own = Path(shutil.copytree(folder, tmp_path / folder.name))
    before = contents(own)
    done = merge(word(folder), own, "--json")
    assert (done.code, done.json["changed_files"], done.json["written"]) == (0, [], False)
    assert contents(own) == before
    assert not own.with_name(f"{own.name}.old").exists()
    assert run("compare", str(own), str(word(folder))).code == 0


def test_nor_does_one_with_rich_prose_or_runs_split_by_word(
    rich_folder: Path, rich_file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    rich_file.split_runs(lambda most: most // 2)
    before = contents(rich_folder)
    done = merge(save(rich_file), rich_folder, "--json")
    assert (done.code, done.json["changed_files"], done.json["untaken"]) == (0, [], [])
    assert contents(rich_folder) == before


def test_nor_does_a_reviewers_file(tmp_path: Path) -> None:
    folder = SAMPLES[4]
    done = merge(word_of(folder, tmp_path, "review"), folder, "--dry-run", "--json")
    assert (done.code, done.json["changed_files"], done.json["untaken"]) == (0, [], [])


# Figures --------------------------------------------------------------------------------------------------------------


def test_a_figure_goes_to_its_csv_and_to_nothing_else(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.set_figure("disclosure_8", "21")
    before = contents(folder)
    merged(merge(save(file), folder), folder)
    ((name, (old, new)),) = changed(folder, before).items()
    assert name == "disclosure.csv"
    ((before_line, after_line),) = lines_changed(old, new)
    assert (before_line.split(",")[-1], after_line.split(",")[-1]) == ("18", "21")
    assert contents(folder.with_name(f"{folder.name}.old")) == before


def test_computed_totals_stay_computed(
    rich_folder: Path, rich_file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    rich_file.set_figure("applications_1", "5")  # new_received.natural_person
    rich_file.set_figure("applications_7", "6")  # and its total, as the leader reckons it
    before = contents(rich_folder)
    merged(merge(save(rich_file), rich_folder), rich_folder)
    assert changed(rich_folder, before).keys() == {"applications.csv"}
    assert (rich_folder / "applications.csv").read_bytes() == before["applications.csv"].replace(
        b",3,1,0,0,0,0,\r\n", b",5,1,0,0,0,0,\r\n", 1
    )
    report = load(rich_folder)
    assert report.figure("applications", "new_received", "total") == 6


def test_a_total_that_does_not_add_up_is_asked(
    rich_folder: Path, rich_file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    rich_file.set_figure("applications_7", "7")
    path, before = save(rich_file), contents(rich_folder)
    done = merge(path, rich_folder, "--json")
    (question,) = done.json["questions"]
    assert (done.code, question["key"], question["file"], question["folder"]) == (
        1,
        "applications.new_received.total",
        "7",
        "4",
    )
    assert contents(rich_folder) == before
    assert merge(path, rich_folder, "--decide", f"{question['key']}=folder").code == 0
    assert contents(rich_folder) == before
    merged(merge(path, rich_folder, "--decide", "all=file"), rich_folder)
    assert load(rich_folder).figure("applications", "new_received", "total") == 7


def test_what_is_no_number_is_asked(folder: Path, file: WordFile, save: Callable[[WordFile], Path]) -> None:
    file.set_figure("disclosure_7", "约四百")
    before = contents(folder)
    done = merge(save(file), folder)
    assert done.code == 1
    assert "约四百" in done.out
    assert "disclosure.licensing.value" in done.out
    assert contents(folder) == before


# Numbers in sentences -------------------------------------------------------------------------------------------------


def test_a_sentence_keeps_its_placeholder_when_only_words_change(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.type_over(file.paragraph("坚持“公开"), "全年处理行政许可", "全年共办理行政许可")
    file.set_figure("disclosure_7", "405")
    before = contents(folder)
    merged(merge(save(file), folder), folder)
    assert changed(folder, before).keys() == {"disclosure.csv", "overview.md"}
    assert "全年共办理行政许可{{ licensing }}件、行政处罚{{ penalties }}件" in (
        folder / "overview.md"
    ).read_text("utf-8")


def test_a_number_typed_over_in_sentence_and_table_alike_keeps_its_placeholder(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.type_over(file.paragraph("坚持“公开"), "403", "405")
    file.set_figure("disclosure_7", "405")
    before = contents(folder)
    merged(merge(save(file), folder), folder)
    assert changed(folder, before).keys() == {"disclosure.csv"}


@pytest.mark.parametrize(
    ("answer", "sentence", "table"),
    [
        ("file", "行政许可{{ licensing }}件", "405"),
        ("folder", "行政许可{{ licensing }}件", "403"),
        ("text", "行政许可405件", "403"),
    ],
)
def test_a_number_typed_over_in_a_sentence_alone_is_a_question(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path], answer: str, sentence: str, table: str
) -> None:
    file.type_over(file.paragraph("坚持“公开"), "403", "405")
    path, before = save(file), contents(folder)
    done = merge(path, folder, "--json")
    (question,) = done.json["questions"]
    assert (done.code, question["file"], question["folder"]) == (1, "405", "403")
    assert question["key"] == "overview.2.licensing"
    assert contents(folder) == before
    decided = merge(path, folder, "--decide", f"overview.2.licensing={answer}")
    assert decided.code == 0, decided.out
    assert sentence in (folder / "overview.md").read_text("utf-8")
    assert str(load(folder).figure("disclosure", "licensing")) == table


def test_so_is_one_written_out_in_chinese_or_a_fact(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.type_over(file.paragraph("坚持“公开"), "403", "四百零五")
    file.type_over(file.paragraph("积极参加"), "0736-3612417", "0736-3612418")
    done = merge(save(file), folder, "--json")
    questions = {one["key"]: one for one in done.json["questions"]}
    assert questions.keys() == {"overview.2.licensing", "overview.10.contact.phone"}
    assert questions["overview.10.contact.phone"]["choices"] == ["folder", "text"]


def test_a_placeholder_goes_with_its_sentence(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.type_over(file.paragraph("坚持“公开"), "全年处理行政许可403件、行政处罚18件、行政强制0件。", "")
    merged(merge(save(file), folder), folder)
    assert "licensing" not in (folder / "overview.md").read_text("utf-8")


def test_a_number_keeps_its_placeholder_where_its_words_are_moved(
    folder: Path, rich_folder: Path, file: WordFile, rich_file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    """Within a paragraph by typing, and with its bookmark into a new paragraph and into another one."""
    long = file.paragraph("坚持“公开")
    file.type_over(long, "全年处理行政许可403件、行政处罚18件、行政强制0件。", "")
    file.type_over(long, "接受社会监督。", "接受社会监督。全年处理行政许可403件、行政处罚18件、行政强制0件。")
    split = file.paragraph("我镇新收政府信息公开申请")
    rest = file.add_after(split, "")
    start = file.runs(split, "上年结转")[0]
    moving = [start, *start.itersiblings()]
    for one in moving:
        rest.append(one)
    file.set_figure("disclosure_7", "405")
    merged(merge(save(file), folder), folder)
    text = (folder / "overview.md").read_text("utf-8")
    assert (
        "接受社会监督。全年处理行政许可{{ licensing }}件、行政处罚{{ penalties }}件、行政强制{{ compulsion }}件。"
        in text
    )
    assert "新收政府信息公开申请{{ new_received }}件，\n\n上年结转{{ carried_over }}件；" in text
    one, other = rich_file.paragraph("最后一段"), rich_file.paragraph("全年处理")
    first = rich_file.runs(other, "全年处理行政许可")[0]
    moving = [first, *first.itersiblings()]
    for element in moving[: next(n for n, each in enumerate(moving) if "行政处罚" in shown(each))]:
        one.append(element)
    merged(merge(save(rich_file), rich_folder), rich_folder)
    text = (rich_folder / "overview.md").read_text("utf-8-sig")
    assert "最后一段；用\\*号\\*和 &amp; 号。全年处理行政许可{{ licensing }}\n" in text
    assert text.count("{{ licensing }}") == 1


# Prose ----------------------------------------------------------------------------------------------------------------


def test_prose_changes_where_it_was_changed_and_nowhere_else(
    rich_folder: Path, rich_file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    rich_file.type_over(rich_file.paragraph("全年处理"), "公开，见", "及时公开，见")
    rich_file.type_over(rich_file.paragraph("依申请公开第二条"), "第二条", "第2条")
    rich_file.type_over(rich_file.paragraph("引用的话"), "第二行", "后一行")
    rich_file.type_over(rich_file.paragraph("培训"), "培训", "培训和考核")
    rich_file.type_over(rich_file.paragraph("地址"), "某路1号", "某路一号")
    rich_file.type_over(rich_file.paragraph("最后一段"), "最后一段", "末一段")
    before = contents(rich_folder)
    merged(merge(save(rich_file), rich_folder), rich_folder)
    ((name, (old, new)),) = changed(rich_folder, before).items()
    assert name == "overview.md"
    assert lines_changed(old, new) == [
        ('全年处理行政许可{{ licensing }}件，行政处罚{{ penalties }}件。**重点**领域*逐项*公开，见[目录](https://example.cn/a_b "目录")。\r',
         '全年处理行政许可{{ licensing }}件，行政处罚{{ penalties }}件。**重点**领域*逐项*及时公开，见[目录](https://example.cn/a_b "目录")。\r'),
        ("- 依申请公开第二条，共{{ new_received.natural_person }}件\r", "- 依申请公开第2条，共{{ new_received.natural_person }}件\r"),
        ("> 第二行。\r", "> 后一行。\r"),
        ("| 培训 | 3 |\r", "| 培训和考核 | 3 |\r"),
        ("地址：某路1号\\\r", "地址：某路一号\\\r"),
        ("最后一段；用\\*号\\*和 &amp; 号。\r", "末一段；用\\*号\\*和 &amp; 号。\r"),
    ]  # fmt: skip


def test_paragraphs_are_added_deleted_and_moved(
    rich_folder: Path, rich_file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    rich_file.add_after(rich_file.paragraph("主动公开第一条"), "新的一条")
    rich_file.add_after(rich_file.paragraph("最后一段"), "再一段，5*3*2，# 号和[方]括号")
    gone = rich_file.paragraph("平台建设甲")
    gone.getparent().remove(gone)
    quote, last = rich_file.paragraph("政府信息管理第三条"), rich_file.paragraph("主动公开第一条")
    last.addprevious(quote)
    before = contents(rich_folder)
    done = merge(save(rich_file), rich_folder, "--json")
    assert done.code == 0, done.out
    ((_, (old, new)),) = changed(rich_folder, before).items()
    wanted = old.replace(
        "- 主动公开第一条\r\n", "- 政府信息管理第三条\r\n- 主动公开第一条\r\n- 新的一条\r\n", 1
    )
    wanted = wanted.replace("- 政府信息管理第三条\r\n\r\n1. 平台建设甲\r\n2. ", "\r\n2. ")
    wanted += "\r\n再一段，5\\*3\\*2，# 号和[方]括号\r\n"
    assert new == wanted
    assert sorted(one["kind"] for one in done.json["prose"]) == ["added", "added", "deleted", "moved"]


def test_a_paragraph_is_moved_to_another_section_with_its_placeholders(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    sentence = file.paragraph("我镇新收政府信息公开申请")
    file.paragraph("一是时效性").addnext(sentence)
    before = contents(folder)
    merged(merge(save(file), folder), folder)
    assert changed(folder, before).keys() == {"overview.md", "problems.md"}
    text = "{{ year }}年，我镇新收政府信息公开申请{{ new_received }}件"
    assert text not in (folder / "overview.md").read_text("utf-8")
    assert f"局限性大。\n\n{text}" in (folder / "problems.md").read_text("utf-8")


def test_a_heading_of_ones_own_and_what_follows_it_stay_in_their_section(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    heading = file.paragraph("三、收到和处理")
    added = file.add_after(heading, "新的小节")
    file.paragraph("（四）政府信息公开平台建设").addprevious(added)
    merged(merge(save(file), folder), folder)
    assert "## 新的小节\n\n（四）" in (folder / "overview.md").read_text("utf-8")


def test_a_paragraph_is_split_and_two_are_joined(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    first = file.paragraph("妥善处理")
    rest = "按照省、市、县政务公开工作的要求和县政府文件，规范信息审核，进一步规范公开程序。"
    file.type_over(first, rest, "")
    file.add_after(first, rest)
    before = contents(folder)
    merged(merge(save(file), folder), folder)
    ((_, (old, new)),) = changed(folder, before).items()
    assert new == old.replace(rest, "\n\n" + rest)


def test_formatting_is_kept_where_markdown_can_say_it_and_listed_where_not(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.bold(file.paragraph("妥善处理"), "合理界定公开范围")
    for run_ in file.runs(file.paragraph("以政府门户"), "方便群众"):
        properties = run_.find(f"{W}rPr")
        properties.append(properties.makeelement(f"{W}highlight", {f"{W}val": "yellow"}))
    done = merge(save(file), folder, "--json")
    assert done.code == 0
    assert "，**合理界定公开范围**，" in (folder / "overview.md").read_text("utf-8")
    assert [one for one in done.json["untaken"] if "方便群众" in one and "突出显示" in one]


def test_text_that_looks_like_markdown_stays_text(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    odd = "<b>甲</b> {{ year }} **乙** [丙](http://x.y) `丁` # 戊 {{< include x >}}"
    file.add_after(file.paragraph("积极参加"), odd)
    file.type_over(file.paragraph("妥善处理"), "妥善", "# *妥善*")
    path = save(file)
    merged(merge(path, folder), folder)
    after = list(paragraphs(word_of(folder, folder.parent / "out")))
    assert odd in after
    assert any(one.startswith("# *妥善*处理") for one in after)


def test_what_has_no_place_in_the_folder_is_listed(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.type_over(file.paragraph("2024年政府信息公开工作年度报告"), "年度报告", "年报")
    file.add_after(file.paragraph("三、收到和处理"), "本表数字截至年底。")
    before = contents(folder)
    done = merge(save(file), folder, "--json")
    assert done.code == 0
    assert [one for one in done.json["untaken"] if "年报" in one]
    assert [one for one in done.json["untaken"] if "本表数字截至年底" in one]
    assert contents(folder) == before


# Revisions ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def revised(file: WordFile, save: Callable[[WordFile], Path]) -> Path:
    """Five tracked changes of three people."""
    managed = file.paragraph("妥善处理")
    file.track_replace(managed, "合理界定", "依法界定")
    file.track_insert(managed, "审批程序", "（含会签）")
    file.track_paragraph(file.paragraph("以政府门户"), "del")
    file.track_paragraph(file.add_after(file.paragraph("积极参加"), "新加的一段。"), "ins")
    file.track_move(file.paragraph("（三）政府信息管理"), file.paragraph("（四）政府信息公开平台建设"))
    return save(file)


def test_revisions_are_shown_and_nothing_is_written_before_they_are_decided(
    folder: Path, revised: Path, validate: Validate
) -> None:
    assert validate(revised) == []
    before = contents(folder)
    done = merge(revised, folder, "--json")
    assert done.code == 1
    shown = {
        (one["author"], one["date"], one["removed"][:6], one["added"][:6]) for one in done.json["tracked"]
    }
    assert shown == {
        ("张三", "2026-11-20 09:30", "合理界定", "依法界定"),
        ("张三", "2026-11-20 09:31", "", "（含会签）"),
        ("王五", "2026-11-22 11:00", "（三）政府信", "（三）政府信"),
        ("李四", "2026-11-21 10:00", "以政府门户网", ""),
        ("李四", "2026-11-21 10:00", "", "新加的一段。"),
    }
    assert {one["state"] for one in done.json["tracked"]} == {"undecided"}
    assert "张三 2026-11-20 09:30：[-合理界定-]{+依法界定+}" in merge(revised, folder).out
    assert contents(folder) == before


def test_rejecting_all_revisions_changes_nothing(folder: Path, revised: Path) -> None:
    before = contents(folder)
    done = merge(revised, folder, "--reject", "all", "--json")
    assert (done.code, done.json["changed_files"]) == (0, [])
    assert contents(folder) == before


def test_accepting_all_takes_all_and_a_second_merge_changes_nothing(folder: Path, revised: Path) -> None:
    merged(merge(revised, folder, "--accept", "all"), folder)
    text = (folder / "overview.md").read_text("utf-8")
    assert "依法界定公开范围，严格履行审批程序（含会签）" in text
    assert "以政府门户" not in text
    assert text.endswith("新加的一段。\n")
    assert text.index("（四）政府信息公开平台建设") < text.index("（三）政府信息管理")
    before = contents(folder)
    again = merge(revised, folder, "--accept", "all", "--json")
    assert (again.code, again.json["changed_files"]) == (0, [])
    assert contents(folder) == before


def test_revisions_are_taken_one_by_one(folder: Path, revised: Path) -> None:
    tracked = merge(revised, folder, "--json").json["tracked"]
    number = {one["added"] or one["removed"][:5]: str(one["number"]) for one in tracked}
    rejected = f"{number['依法界定']},{number['以政府门户']}"
    undecided = merge(revised, folder, "--accept", number["（含会签）"], "--reject", rejected)
    assert undecided.code == 1
    assert "没有定" in undecided.out
    merged(merge(revised, folder, "--accept", "all", "--reject", rejected), folder)
    text = (folder / "overview.md").read_text("utf-8")
    assert "合理界定公开范围，严格履行审批程序（含会签）" in text
    assert "以政府门户" in text
    assert "新加的一段" in text
    assert merge(revised, folder, "--accept", "99").code == 2


# Comments -------------------------------------------------------------------------------------------------------------


def test_comments_become_notes_with_answers_and_state(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path], validate: Validate
) -> None:
    (folder / "review.yml").write_text(
        "# 第一轮\nnotes:\n  - at: other\n    seen: 处理费\n    who: 钱七\n    when: 2026-01-05\n    text: 请核对\n    state: open  # 未改\n",
        encoding="utf-8",
    )
    before = (folder / "review.yml").read_text("utf-8")
    file.comment(
        file.paragraph("一是时效性"), "内容较为简单", "请具体一点", answers=(("李四", "已改"),), done=True
    )
    file.comment(file.figure("disclosure_8").find(f"{W}p"), "18", "核对一下", author="赵六")
    path = save(file)
    assert validate(path) == []
    merged(merge(path, folder), folder)
    text = (folder / "review.yml").read_text("utf-8")
    assert text.startswith(before)
    first, second = read_yaml(folder / "review.yml").value["notes"][1:]
    assert first == {
        "at": "problems", "seen": "内容较为简单", "who": "张三", "when": "2026-11-23", "text": "请具体一点", "state": "closed",
        "replies": [{"who": "李四", "when": "2026-11-23", "text": "已改"}],
    }  # fmt: skip
    assert (second["at"], second["seen"], second["who"]) == ("disclosure.penalties.value", "18", "赵六")
    assert merge(path, folder, "--json").json["changed_files"] == []
    assert run("check", str(folder)).code == 0


def test_an_answer_given_later_comes_to_the_same_note(
    folder: Path, file: WordFile, word: Callable[[Path], Path], save: Callable[[WordFile], Path]
) -> None:
    file.comment(file.paragraph("一是时效性"), "内容较为简单", "请具体一点")
    merged(merge(save(file), folder), folder)
    later = WordFile(word(XIAODUKOU))
    later.comment(
        later.paragraph("一是时效性"), "内容较为简单", "请具体一点", answers=(("李四", "已改"),), done=True
    )
    assert merge(save(later), folder).code == 0
    (note,) = read_yaml(folder / "review.yml").value["notes"]
    assert (note["state"], [one["text"] for one in note["replies"]]) == ("closed", ["已改"])


# Both sides -----------------------------------------------------------------------------------------------------------


def replace(path: Path, old: str, new: str, encoding: str = "utf-8") -> None:
    text = path.read_bytes().decode(encoding)
    assert old in text
    path.write_bytes(text.replace(old, new).encode(encoding))


def test_changes_of_both_sides_are_merged(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    replace(folder / "overview.md", "让群众了解工作成果和资金使用情况", "让群众看到工作成果和资金去向")
    replace(folder / "overview.md", "（四）政府信息公开平台建设", "新的一段。\n\n（四）政府信息公开平台建设")
    replace(folder / "disclosure.csv", ",18\n", ",19\n", "utf-8-sig")
    long = file.paragraph("坚持“公开")
    file.type_over(long, "讲清内容、适用范围和申请流程", "讲清内容和流程")
    file.type_over(file.paragraph("积极参加"), "提升发布质量", "提高发布质量")
    file.set_figure("disclosure_7", "405")
    merged(merge(save(file), folder), folder)
    text = (folder / "overview.md").read_text("utf-8")
    for wanted in (
        "看到工作成果和资金去向",
        "新的一段。",
        "讲清内容和流程",
        "提高发布质量",
        "{{ licensing }}件、行政处罚{{ penalties }}件",
    ):
        assert wanted in text
    report = load(folder)
    assert (report.figure("disclosure", "licensing"), report.figure("disclosure", "penalties")) == (405, 19)


def test_a_conflict_is_shown_with_both_texts_and_written_nowhere_until_decided(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    replace(folder / "overview.md", "规范信息审核，进一步规范公开程序", "改进信息审核，再次规范公开程序")
    replace(folder / "disclosure.csv", ",403\n", ",404\n", "utf-8-sig")
    file.type_over(file.paragraph("妥善处理"), "规范信息审核", "加强信息审核")
    file.set_figure("disclosure_7", "405")
    file.type_over(file.paragraph("积极参加"), "提升发布质量", "提高发布质量")
    path, before = save(file), contents(folder)
    done = merge(path, folder, "--json")
    questions = {one["key"]: one for one in done.json["questions"]}
    assert (done.code, questions.keys()) == (1, {"overview.6", "disclosure.licensing.value"})
    assert "加强信息审核" in questions["overview.6"]["file"]
    assert "改进信息审核" in questions["overview.6"]["folder"]
    assert contents(folder) == before
    assert merge(path, folder, "--decide", "overview.6=file").code == 1
    assert contents(folder) == before
    done = merge(path, folder, "--decide", "overview.6=file", "--decide", "all=folder")
    assert done.code == 0, done.out
    text = (folder / "overview.md").read_text("utf-8")
    assert "加强信息审核，进一步规范公开程序" in text
    assert "提高发布质量" in text
    assert load(folder).figure("disclosure", "licensing") == 404


@pytest.mark.parametrize("side", ["file", "folder"])
def test_a_paragraph_deleted_on_one_side_and_changed_on_the_other_is_asked(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path], side: str
) -> None:
    text = (folder / "overview.md").read_text("utf-8")
    managed = next(line for line in text.split("\n") if line.startswith("妥善处理"))
    if side == "file":
        gone = file.paragraph("妥善处理")
        gone.getparent().remove(gone)
        replace(folder / "overview.md", "规范信息审核", "加强信息审核")
    else:
        replace(folder / "overview.md", f"{managed}\n\n", "")
        file.type_over(file.paragraph("妥善处理"), "规范信息审核", "加强信息审核")
    path, before = save(file), contents(folder)
    done = merge(path, folder, "--json")
    assert (done.code, [one["key"] for one in done.json["questions"]]) == (1, ["overview.6"])
    assert contents(folder) == before
    for answer in ("folder", "file"):
        assert merge(path, folder, "--decide", f"overview.6={answer}").code == 0
        kept = "加强信息审核" in (folder / "overview.md").read_text("utf-8")
        assert kept == ((side == "file") == (answer == "folder"))


def test_a_lead_that_was_edited_becomes_the_folders_own(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.type_over(file.paragraph("编制本年度报告"), "编制本年度报告", "编制了本年度报告")
    merged(merge(save(file), folder), folder)
    text = (folder / "lead.md").read_text("utf-8")
    assert "编制了本年度报告" in text
    assert "{{ contact.phone }}" in text


# Said plainly ---------------------------------------------------------------------------------------------------------


def test_nothing_is_written_by_a_dry_run_and_compare_shows_the_same(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.set_figure("disclosure_7", "405")
    path, before = save(file), contents(folder)
    dry = merge(path, folder, "--dry-run")
    assert dry.code == 0
    assert "403 → 405" in dry.out
    shown = run("compare", str(folder), str(path))
    assert (shown.code, shown.out) == (1, dry.out)
    assert run("compare", str(folder), str(path), "--json").json["figures"][0]["after"] == "405"
    assert contents(folder) == before


def test_a_file_of_another_report_is_refused(word: Callable[[Path], Path], folder: Path) -> None:
    before = contents(folder)
    done = merge(word(SAMPLES[0]), folder)
    assert done.code == 2
    assert "另一份报告" in done.said
    assert contents(folder) == before


def test_on_a_terminal_it_asks(folder: Path, revised: Path) -> None:
    """A revision is rejected, the others are accepted, and the number is taken as text, by answers on a real terminal."""
    file = WordFile(revised)
    file.type_over(file.paragraph("坚持“公开"), "403", "405")
    path = file.save(revised.with_name("asked.docx"))
    terminal, other = pty.openpty()
    command = [sys.executable, "-m", "helpers", "merge", str(path), "--into", str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=other, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    os.close(other)
    os.write(terminal, b"2\n" + b"1\n" * 4 + b"3\n")
    out, _ = process.communicate(timeout=120)
    os.close(terminal)
    assert process.returncode == 0, out.decode()
    text = (folder / "overview.md").read_text("utf-8")
    assert "行政许可405件" in text
    rejected = [one for one in ("依法界定", "（含会签）", "新加的一段") if one not in text]
    assert len(rejected) <= 1


def test_a_figure_changed_as_a_revision_waits_for_a_decision(
    folder: Path, file: WordFile, save: Callable[[WordFile], Path]
) -> None:
    file.track_replace(file.figure("disclosure_7").find(f"{W}p"), "403", "405")
    path = save(file)
    assert merge(path, folder).code == 1
    assert merge(path, folder, "--reject", "1", "--json").json["figures"] == []
    assert [one["after"] for one in merge(path, folder, "--accept", "1", "--json").json["figures"]] == ["405"]
    assert load(folder).figure("disclosure", "licensing") == 405


def test_pictures_that_were_put_in_are_listed_and_those_of_the_folder_stay(
    folder: Path, save: Callable[[WordFile], Path], tmp_path: Path
) -> None:
    shutil.copy(ROOT / "docs" / "images" / "pdf.png", folder / "a.png")
    with (folder / "other.md").open("a", encoding="utf-8") as stream:
        stream.write("\n\n图在这里 ![一张图](a.png) 和这里。\n\n![单独的图](a.png)\n")
    file = WordFile(word_of(folder, tmp_path / "out"))
    before = contents(folder)
    assert merge(save(file), folder, "--json").json["untaken"] == []
    inline, alone = (one.getparent().getparent() for one in [*file.root.iter("{*}inline")][-2:])
    file.type_over(file.paragraph("和这里"), "和这里", "与那里")
    file.runs(file.paragraph("妥善处理"), "审批程序")[0].addnext(copy.deepcopy(inline))
    file.add_after(file.paragraph("积极参加"), "附图").append(copy.deepcopy(inline))
    file.paragraph("一是时效性").addnext(copy.deepcopy(alone.getparent() if alone.tag == f"{W}r" else alone))
    done = merge(save(file), folder, "--json")
    assert done.code == 0, done.out
    assert len([one for one in done.json["untaken"] if "图片" in one]) == 3
    assert changed(folder, before).keys() == {"other.md", "overview.md"}
    assert "图在这里 ![一张图](a.png) 与那里。" in (folder / "other.md").read_text("utf-8")
    assert "\ufffc" not in (folder / "overview.md").read_text("utf-8")
    assert merge(save(file), folder, "--json").json["changed_files"] == []
