"""A sentence as clauses: split at marks, at 和 between two counts, and with labels and numbers of 分别 brought together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.checks.claim_words import CHANNEL, COUNT, PUBLIC, words

_COUNTS = re.sub(r"\(\?P<\w+>", "(?:", COUNT.pattern)
_MARK = re.compile(r"([，、（）()：:；;]|,(?!\d{3}))")
OPENED, CLOSED = frozenset("（("), frozenset("）)")
"""Marks that begin and end a bracket."""
_ENDS = "，（）()：:；;"
_JOINED = re.compile(
    r"(?P<unit>[件起宗例份%])(?P<noun>(?:政府信息公开|公开)?的?申请|案件)?(?:以及|[和及与并])(?!(?:去|上一?|20\d\d)年度?(?:同期)?(?:相|比))(?=[^，。；、]{0,30}[0-9])"
)
_GLUED = re.compile(
    r"(?<=[0-9][件起宗例份])(?=[约仅]?占|(?:其中|办结|答复|结转|同比|与?[比较](?:上|去|20\d\d)年?)(?![^，。；、0-9]{0,10}20\d\d年)[^，。；、0-9]{0,10}[0-9])"
    r"|(?<=[0-9][件起宗例份])(?=连同|加上|分别(?:[为是]|作出))(?=[^，。；、0-9]{1,14}[0-9])"
    r"|(?:(?<=[0-9][件起宗例份]中)|(?<=申请中|案件中))(?!的?占)(?=[^，。；、0-9]{1,14}[0-9])"
)
_WHOLE = (
    re.compile(r"公民、法人(?:或者?|和|以?及|与|、)?其他组织"),
    re.compile(r"企业、社会组织等"),
    re.compile(PUBLIC),
    re.compile(r"(?:信访|举报|投诉)(?:、(?:信访|举报|投诉)){1,2}"),
    re.compile(r"没有现成信息[、，]需"),
    re.compile(r"公开、(?:予以)?部分公开(?=共|合计|总计|累计)"),
    re.compile(r"公开(?:类|结果|类?答复)?（含(?:予以)?部分公开）"),
    re.compile("部门、(?:各|所属)?(?:乡镇|镇街|街道|镇乡)"),
    re.compile("政府、(?:各|所属)?部门"),
    re.compile(f"{CHANNEL}(?:、{CHANNEL}){{1,5}}(?=等|提|方|渠|途|形|的)"),
    re.compile(r"法律、(?:行政)?法规"),
    re.compile("区分处理、(?=部分)"),
    re.compile("逾期(?:未|不)(?:作)?补正、(?=(?:行政机关|本机关)?不再)"),
    re.compile("除[^，。；：0-9]{2,30}外(?=，)"),
    re.compile("(?:缴纳?|交)(?:信息处理)?费用?、(?=(?:行政机关|本机关)?不再)"),
    re.compile("商业秘密、个人隐私|个人隐私、商业秘密"),
    re.compile("国家安全、公共安全、经济安全(?:、社会稳定)?"),
    re.compile(
        r"通过[^，。；：（）0-9、]{1,12}(?:、[^，。；：（）0-9、]{1,12}){1,6}(?:方式|渠道|途径|形式|提交|提出|收到)"
    ),
)
"""Phrases that are not split although a mark stands in them; 公开（含部分公开） and other words in brackets inside a clause are none either."""
_ASIDE = re.compile(
    r"(?<=[\u4e00-\u9fff])（[^（）0-9，、。：；]{1,12}）(?=[\u4e00-\u9fff])|（(?!含(?:予以)?部分公开)(?:含|不含|包括|均)[^（）0-9，、。：；]{1,10}）(?=[0-9])"
)
_COUNT_ASIDE = re.compile(r"（(?P<count>\d{1,9}[件起宗例份])）(?=[\u4e00-\u9fff])")
_ARTICLE = re.compile(
    r"第[一二三四五六七八九十百零0-9]{1,5}条(?:第?[（(]?[一二三四五六七八九十0-9]{1,3}[)）]?[款项])*"
)
"""What is cited is no count."""
_REPEALED = re.compile(
    "(?P<what>(?:未|没有|无)(?:新?制[定发]|出台|印发))[、和或]?(?:修[改订][、和或]?)?废止(?=[^，。；]{0,4}规范性文件)"
)
_RANKED = re.compile(
    "(?:占比|[所占]*比[例重])?(?:最[高大多]|居首|居多|次之|其次|为主)，(?:占比|比例|[约为达占])+(?=[0-9.]{1,6}%)"
)
"""Said of a share before its number."""
_ROUNDED = re.compile(f"[约近超]?[0-9.]{{1,8}}万[余多]?[件起宗例份]（(?P<exact>{_COUNTS})）")
"""约4.53万件（45286件）: the second is the number."""
_PERCENT = "[0-9.]{1,6}%"
_OF_A_COUNT = re.compile(
    f"占(?P<whole>[^0-9，。；、]{{0,16}}{_COUNTS})的?(?P<share>{_PERCENT})"
    f"|在(?P<among>{_COUNTS}[^0-9，。；、]{{0,12}})中的?占(?:比|[为达])*(?P<part>{_PERCENT})"
)
"""占全年收件总数347件的83%, 在347件申请中占比83%: a share, and the count it is a share of."""
_COURTS = "行政(?:复议|诉讼)(?:案件)?"
_OUTCOME_OF_BOTH = re.compile(
    f"(?P<first>{_COUNTS}{_COURTS})[、和](?P<second>{_COUNTS}{_COURTS})(?P<outcome>(?:结果)?[被为]?(?:纠正|维持))"
)
"""4件行政复议、3件行政诉讼结果被纠正."""
_HIDDEN = str.maketrans("、，（）", "\ue000\ue001\ue002\ue003")
_SHOWN = str.maketrans("\ue000\ue001\ue002\ue003", "、，（）")
_RESPECTIVELY = re.compile(
    f"(?:均|的)?分别(?:为|是|有|达到?|共)?(?P<verb>处理|办理|办结|作出|收到|受理|答复|发生|提出|提交|申请)?(?P<numbers>(?:{_COUNTS}|[0-9]{{1,9}}(?=[、和]))(?:[、，和及与](?:{_COUNTS}|[0-9]{{1,9}}(?=[、和]))){{1,9}})"
)
_EACH = re.compile(f"{_COUNTS}|[0-9]{{1,9}}")
_COURT = re.compile("(?<=复议|诉讼)$")
_OUTCOME_OF_ALL = re.compile("(?<=复议|诉讼)(?:案件)?(?:中|结果)*被?(?:纠正|维持)的?$")
_LABELS_LENGTH = 60
_LABELS = re.compile("、|以及|(?<![涉参])[和及与]")


@dataclass(frozen=True)
class Clause:
    """A clause to read, as it stands (``quote``), and the mark that ends it and that before it."""

    text: str
    quote: str
    end: str
    start: str = ""


def clauses(sentence: str) -> list[Clause]:
    """Split a sentence."""
    sentence = _RANKED.sub("占", _ARTICLE.sub("", _REPEALED.sub(r"\g<what>", sentence)))
    sentence = _OF_A_COUNT.sub(_whole_behind, sentence)
    sentence = _OUTCOME_OF_BOTH.sub(r"\g<first>\g<outcome>、\g<second>\g<outcome>", sentence)
    sentence = _ROUNDED.sub(r"\g<exact>", sentence)
    for pattern in _WHOLE:
        sentence = pattern.sub(lambda found: found[0].translate(_HIDDEN), sentence)
    sentence = _COUNT_ASIDE.sub(r"\g<count>", sentence)
    sentence = _ASIDE.sub(lambda aside: aside[0].translate(_HIDDEN), sentence)
    found: list[Clause] = []
    at = 0
    for match in _RESPECTIVELY.finditer(sentence):
        start = max(at, match.start() - _LABELS_LENGTH)
        start = max(start, *(sentence.rfind(mark, start, match.start()) + 1 for mark in _ENDS))
        labels = _LABELS.split(sentence[start : match.start()])
        numbers = [number[0] for number in _EACH.finditer(match["numbers"])]
        if shared := _OUTCOME_OF_ALL.search(labels[-1]):
            labels = [_COURT.sub(shared[0], label) for label in labels]
        if len(labels) == len(numbers):
            found += _split(sentence[at:start])
            quote, unit = sentence[start : match.end()].translate(_SHOWN), match["numbers"][-1]
            found += [
                Clause(
                    f"{label.translate(_SHOWN)}{match['verb'] or ''}{number}{unit if number.isdigit() else ''}",
                    quote,
                    "，",
                )
                for label, number in zip(labels, numbers, strict=True)
            ]
            at = match.end()
    return _with_numbers_in_brackets([*found, *_split(sentence[at:])])


def _whole_behind(share: re.Match[str]) -> str:
    """Put what a share is a share of behind it, where that is understood: 近两年总量645件 is not."""
    whole = share["whole"] or share["among"]
    return f"占{share['share'] or share['part']}，{whole}" if words(whole) else share[0]


def _split(text: str) -> Iterator[Clause]:
    text = _GLUED.sub("，", text)
    pieces = _MARK.split(_JOINED.sub(r"\g<unit>\g<noun>，", text))
    start = ""
    for piece, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if piece:
            shown = piece.translate(_SHOWN)
            yield Clause(_ASIDE.sub("", shown), shown, end, start)
        # Of “），” the bracket tells more.
        start = end if piece or start not in CLOSED else start


def _with_numbers_in_brackets(found: list[Clause]) -> list[Clause]:
    """Bring a label and its number together: 不掌握相关信息（78件）."""
    joined: list[Clause] = []
    for clause in found:
        last = joined[-1] if joined else None
        if (
            last
            and last.end in "（("
            and last.end
            and COUNT.fullmatch(clause.text)
            and not re.search(r"\d", last.text)
        ):
            joined[-1] = Clause(
                last.text + clause.text, f"{last.quote}（{clause.quote}）", clause.end, last.start
            )
        else:
            joined.append(clause)
    return joined
