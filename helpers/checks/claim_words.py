"""The words of clauses that state a number about the tables, each of one kind; a clause is read only if all its words are known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from helpers.checks.numerals import NUMBER
from helpers.report.form import AMOUNTS, FORM

UNIT = "(?:件次|件|起|宗|例|份)"
COUNT = re.compile(NUMBER + UNIT)

RESULTS = {
    "granted+partly_granted": r"(?:(?:予以|同意|全部)?公开(?:以?及|和|或|与|、)(?:予以)?部分公开|(?:予以)?公开(?:类|结果|类?答复)?（含(?:予以)?部分公开）)",
    "partly_granted": "(?:区分处理后?、?(?:予以)?(?:部分)?公开|(?:予以|同意|作出)?部分(?:予以|同意)?公开)",
    "denied_law_forbidden": "(?:其他)?法律、?(?:行政)?法规禁止公开",
    "denied_*": "(?:不(?:予以?|同意|宜|能|可|应|得|准予?)?|未予)公开",
    "denied_state_secret": "(?:涉及)?国家秘密",
    "denied_security_stability": "(?:可能)?(?:危及)?(?:三安全一稳定|国家安全、公共安全、经济安全(?:和|、)社会稳定)",
    "denied_third_party": "(?:商业秘密|个人隐私)(?:[、和或及](?:商业秘密|个人隐私))?(?:等?(?:涉及|属于)?(?=第三)|(?:等)?(?:信息)?)(?:(?:保护|侵害|损害)?第三(?:方|人)(?:的)?(?:合法)?权益(?:类)?)?|(?:保护|侵害|损害)?第三(?:方|人)(?:(?:的)?(?:合法)?权益(?:类)?|不同意(?:公开)?)",
    "denied_internal_affairs": "(?:三类)?内部(?:管理)?事务(?:性?(?:政府)?信息)?",
    "denied_process_information": "(?:四类)?过程性(?:政府)?信息",
    "denied_enforcement_file": "(?:行政)?执法案卷(?:类)?(?:信息)?",
    "denied_administrative_query": "行政查询(?:事项|类)?",
    "declined_publication": "(?:要求提供)?公开出版物",
    "unable_not_held": "(?:政府)?信息不掌握|(?:政府)?信息不存在(?=的?[0-9]|等|无法提供)|(?:(?:政府)?信息不存在(?:以?及|和|或者?|、)?)?(?:本机关|本单位|行政机关)?不掌握(?:相关|有关|所申请(?:的)?|该)?(?:政府)?(?:信息)?|(?:不属于?|非)(?:本机关|本单位|本行政机关)(?:掌握|负责公开|职责|公开)(?:的)?(?:范围|信息)?",
    "unable_needs_creation": "(?:没有现成信息)[、，]?(?:且|而|并)?(?:需要?(?:另行)?(?:制作|加工)(?:、加工)?)?|需要?(?:另行)?(?:制作|加工)(?:、?(?:加工|制作))?",
    "unable_still_unclear": "(?:且?经?补正后?)?(?:申请)?(?:内容)?(?:仍然?)?不明确",
    "unable_*": "(?:无法|不能)提供(?:(?:相关|有关)?(?:政府)?信息)?",
    "declined_petition": "(?:信访|举报|投诉)(?:、?(?:信访|举报|投诉)){0,3}(?:类|诉求|事项)?",
    "declined_repeated": "重复申请",
    "declined_excessive": "申请(?:数量|量|频次)*(?:、频次)?明显超过合理范围|(?:无正当理由)?大量反复申请",
    "declined_reissue": "(?:要求)?(?:行政机关|本机关)?(?:确认(?:或者?|、|和))?重新出具(?:已经?获取的?)?(?:政府)?信息|要求(?:行政机关)?确认(?=[0-9的])",
    "declined_*": "不予?处理",
    "other_fee_unpaid": "(?:申请人)?逾期(?:未|不|没有)(?:按[^，。；]{0,10}?)?(?:缴纳?|交)(?:信息处理)?费用?、?",
    "other_not_corrected": "(?:申请人)?(?:无正当理由)?[逾过]期(?:未|不|没有?)(?:作)?补正、?",
    "other_*": "其他(?:方式)?处理",
    "stopped": "不再(?:予以)?处理(?:其?的?(?:政府信息公开)?申请)?",
    "granted": "(?:(?:可以?|给予|应予|准予)公开(?!的?(?:范围|信息))|(?:全部|决定|已|同意)?予以公开|(?:全部|决定|已|同意|完全|准予|依法)公开(?!现行|行政|规范|政府|各|本|的?(?:行政)?规范))",
}
"""Names of results, by the row or group they mean; earlier ones hold later ones."""

PUBLIC = "(?:(?:人民)?群众|公民|市民|村民|居民|个人|社会公众)(?:[、和及与](?:企业法人|企业|法人|社会组织|机构|单位|其他组织)){1,4}等?(?:各类)?(?:主体|单位|组织|申请人)?"
"""Everybody, named by some."""
APPLICANTS = {
    "organisations": "(?:(?:(?:商业)?(?:企业|公司|单位)[^，。；：0-9]{0,6}等(?:各类)?)?法人(?:或者?|和|及|以及|与|、)?其他组织|企业、社会组织等(?:组织|单位)?|单位(?=申请)|企业(?:以?及|和|与|、)(?:其他)?(?:各类)?(?:社会)?组织)",
    "natural_person": "(?:自然人|公民个?人?|(?:村民|居民|市民|群众)?个人|(?:村民|居民|市民)(?=提|递|申请))",
    "business": "(?:商业)?企业",
    "research": "科研机构",
    "charity": "(?:社会)?公益组织",
    "legal_service": "(?:法律服务机构|律师事务所(?!代)|律所(?!代))",
}
COURSES = {
    "litigation_direct": "(?:(?:未经|没有?经过?)(?:行政)?复议(?:而)?)?直接(?:向(?:人民)?法院)?(?:提?起诉|诉讼|(?:向(?:人民)?法院)?提起的?(?:政府)?(?:信息公开)?(?:类|案件)?的?(?:行政)?诉讼)",
    "litigation_after_reconsideration": "不服(?:行政)?复议(?:决定|结果)?(?:后|而|再)*(?:提?起诉|提起(?:行政)?诉讼)|经?(?:行政)?复议之?后(?:再)?(?:提?起诉|(?:提起)?(?:行政)?诉讼)|先(?:行)?(?:行政)?复议[后再]?(?:提起)?(?:行政)?(?:起?诉讼?)",
    "disputes": "行政争议|(?:行政)?复议诉讼(?=案件|总|共)",
    "reconsideration": "行政复议|复议(?=[0-9案申维纠的有共为被总本]|$)",
    "litigation": "行政诉讼|诉讼(?=[0-9案的有共为被总本]|$)|(?:涉|被)诉(?=[0-9案])",
}
OUTCOMES = {
    "upheld": "(?:原(?:答复|决定|行政行为))?(?:结果|被|予以|判决|裁判|获|均|复议机关|复议决定|(?:人民)?法院){0,3}维持(?:[我本][局委厅办镇乡县市区省街]?(?:机关|单位)?(?:作出)?的?)?(?:原?(?:具体)?(?:行政行为|答复|决定|判决?)(?:意见|结果)?|行政机关(?:作出)?的?(?:原?答复|决定))?",
    "corrected": "(?:原(?:答复|决定|行政行为))?(?:结果|被|予以|判决|裁判|复议机关|(?:人民)?法院){0,3}(?:(?:纠正|纠错|败诉)(?:原?(?:行政行为|答复|决定))?|撤销(?:原(?:答复|决定))?(?:或者?|并|、)?责令(?:限期)?重新(?:作出)?(?:答复|处理))",
    "other_result": "其[他它]结果",
    "upheld+corrected+other_result": "已审结|审结(?=的?[0-9])",
    "pending": "(?:尚未|未|暂未|待)审?结(?=[0-9的]|$)|(?:尚未|未|暂未|待)审结|(?:正|尚|仍)?在审理?(?:之?中|当中)?(?=[0-9的]|$)|审理中",
}
DOCUMENTS = {"normative": "(?:行政|政府)?规范性文件", "regulations": "(?:政府)?规章"}
STATES = {
    "issued": "(?:新?制(?:发|订|定)(?:出台|印发|发布)?|新?出台|新?印发|新发布|新增(?=[^，。]{0,3}规范性文件))",
    "repealed": "(?:宣布)?(?:废止(?:失效)?|失效)",
    "in_force": "(?:现行|继续|保留|仍然?|目前)有效|有效(?=[0-9的])|继续(?:执行|实施|适用)|现存|保留(?=[^，。]{0,4}规范性文件|的?[有共为]?[0-9])",
}
_DISCLOSURE = FORM.tables["disclosure"].row
DECISIONS = {
    key: _DISCLOSURE[key].labels[-2] + ("(?:审批)?" if key == "licensing" else "")
    for key in ("licensing", "penalties", "compulsion")
}
(_FEE,) = (_DISCLOSURE[key].labels[-2] for key in AMOUNTS)

_NUMBER = re.sub(r"\(\?P<\w+>", "(?:", NUMBER)
CHANNEL = "(?:书面|网络|网上|信函|邮寄|邮政|当面|现场|线上|线下|窗口|电子邮件|传真)"
_INFORMATION = "(?:政府信息|信息)"
_NOUN = "(?:事项|件|书|表|总)?"
_APPLICATION = rf"(?:政府)?信息公开的?申请{_NOUN}|公开申请{_NOUN}|政府信息依申请公开{_NOUN}|依申请公开(?!平台|系统)(?:政府信息|信息)?(?:的?申请)?{_NOUN}|申请公开{_INFORMATION}{_NOUN}|公开{_INFORMATION}?的?申请{_NOUN}"

_ANY_TIME = "(?:截[至止]|到|在|自)?(?:本年|当年|今年|全年|年度|报告期|统计期)(?:度|底|末|内|全年|期间|以来|初|中)*|年内|一年来|年(?:底|末|初)|截[至止]|目前|期间"
_WHO = "本单位管委会|(?:[镇乡]|街道)便民服务中心(?=[^，。；]{0,15}行政许可)|[镇乡局委县区]?(?:党政|综合|政务公开)办(?:公室)?|我[省市州盟旗县区镇乡街道局委办厅院处会]{1,2}(?![理结复毕同])|全[省市州盟旗县区镇乡街道局委系统]{1,2}(?:政府系统|各级|行政机关)?|各?行政机关|政府系统|本(?:单位|机关|行政机关|级)(?:机关|单位|行政机关)?|本[省市州县区镇乡街道局委办厅院处]{1,3}(?:机关|单位)?(?![理结复毕])|我单位|各级(?:各部门|行政机关|政府|机关|各单位)?|各(?:级|有关|相关|行政|执法|成员|责任){0,3}(?:单位|部门|机关)|依申请公开(?:平台|系统)|(?:社会)?(?:公众|各界)|(?:人民)?群众|企业群众|申请人"
_HOW = "依法依规|逐[件一案宗项]|准确|高效|扎实|稳妥|有序|积极|严谨|依法|依规|严格|按[时期]|按照?(?:法定|规定)?(?:规定|要求|程序|时限|流程)|如期|及时|规范|妥善|认真|实际|(?:在)?(?:法定|规定)的?(?:时限|期限|时间)(?:之?内)?|书面|统一|线上线下"
_SMALL = "实行|最主要|行为|当事人|[两三四五六七八](?:类|[种项]情形)|有关|相关|针对|事务|性质|而?终止(?:办理)?|选择(?=[当现网信邮线])|以(?=自然人|公民|个人|企业|法人|商业|本机关|本单位|不掌握|信息不存在|重复|信访|举报|投诉)|(?:村民|居民|市民|群众|职工|纳税人|当事人|律师事务所|律所|高校|协会)等(?=自然人|公民|个人|法律服务机构|科研机构|社会公益组织)|以(?:政府信息公开|申请(?:信息)?公开|信息公开)(?:申请)?的?(?:名义|形式)(?:进行)?|向(?:上一?级|复议)(?:行政)?机关(?=申请|提起|提出)|最多|居多|为主|次之|其次|另计|[\u4e00-\u9fff]{2,8}等(?=行政(?:许可|处罚|强制))|向(?:社会|群众|企业)?|税务(?=行政)|加上|加|绝?大多数|而来|自(?=上年)|共计|总共|一共|总计|合计|累计|共有|共需|共|均|已经|已|全部|其中|含有?|包括|包含|继续|其余|剩余|余下|剩下|[未不]计(?:算)?在内|工作|法院|人民法院|一审|二审|另外|另有?|还有|还|并|且|以?及|和|与|或者?|同时|分别|主要|涉及|涉|来自|的|是|为|有|了|过|各类|各种|仍有?|尚有?|对于?|在|中|里|内|从|由|经|将|因为?|而|就|属于?|系|即|达到?|作为|向|类型|类|情况|情形|方面|领域|案件|案|事项|处理决定|决定书|决定|结果|告知|所有|任何|措施|总体|主体|构成|环节|范围|渠道|进行|予以|给予|形成|完成|全面|如实|各项|统筹|积极|原因|作|认定为?|列为|归为|仅|被|当中|内容|具体|合法|任何形式|形式|需要?|(?<=有效)文件|[保稳]持?定?在|以局名义|各(?=[0-9])|以下|如下|以上(?=[两二三四五六]|合计|共|[0-9]{1,6}[件起宗例份]申请)|人|等|两项|三项|[两二三]者|首次|最终"


@dataclass(frozen=True)
class Word:
    """A word of a clause: its kind, and within the kind what it means (a row, a column)."""

    kind: str
    means: str
    text: str


_KINDS: tuple[tuple[str, str | dict[str, str]], ...] = (
    ("count", _NUMBER + UNIT),
    ("items", r"(?=\d)" + _NUMBER + "[项条次部]"),
    ("bare count", rf"{_NUMBER}$"),
    ("public", f"公民、法人(?:或者?|和|以?及|与|、)?其他组织|{PUBLIC}"),
    (
        "channels",
        rf"{CHANNEL}(?:(?:、|和|以?及|与){CHANNEL}){{1,5}}等?(?:方式|渠道|途径|形式)?(?:提交|提出|收到)?的?",
    ),
    (
        "channels",
        "通过[^，。；：0-9]{1,15}?[、和及与等][^，。；：0-9]{0,15}?(?:方式|渠道|途径|形式|提交|提出|收到)的?",
    ),
    ("fee", _FEE),
    ("bare fee", "收费"),
    ("course", COURSES),
    ("outcome", OUTCOMES),
    ("application", _APPLICATION),
    ("result", RESULTS),
    ("document", DOCUMENTS),
    ("state", STATES),
    ("decision", DECISIONS),
    ("listed", "(?:结果|决定)?信息(?=的?[0-9])"),
    ("bare result", {"granted": "公开(?:答复|决定)?(?=的?(?:有|为|共)?[0-9])|(?<=[件起宗例份])公开$"}),
    (
        "pending",
        "(?:正|仍|尚)在办(?![结复毕])理?(?:之?中)?|在办(?=[0-9中]|的?(?:政府|申请|事项)|理(?:[0-9]|之?中|$))理?(?:之?中)?|(?:尚|还|仍)?未(?:能)?(?:办结|办理完[毕结]|到期|到(?:法定)?(?:答复|办理)?期限?)|(?:仍|尚)?在(?:法定)?(?:办理|答复)期(?:限)?内",
    ),
    (
        "none",
        "没有(?!现成)|均?为零$|未(?:曾|有)?|零(?=受理|申请|收到|发生|复议|诉讼|办理)|尚无|均无|无人?|不存在",
    ),
    ("last", "上一?年度?|去年"),
    ("next", "下一?年(?:度|内)?|次年度?|明年|翌年"),
    (
        "carry",
        "(?:结转|顺延|延续|转|延)[到至入]?(?=下|次|明)|(?:结转|顺延|延续|转入|转来|遗留|跨年)(?:[到至入](?=本))?|将?(?:留?待|留[到至]|于|在)(?=下一?年|次年|明年)",
    ),
    ("applicant", APPLICANTS),
    (
        "receive",
        {
            "new": "新收到?|新接收|新受理|新增加?",
            "received": "收到|收悉|接获|接件|收件|受理登记|登记受理|受理|接收|接到|登记(?:在册)?|收取(?=政府信息|申请)",
        },
    ),
    ("handle", "办结|办毕|办完(?!结)|办理完(?:[毕结成])|办复|处理完毕"),
    ("answer", "(?:作出|出具|进行|予以|给予|完成)?(?:答复|回复)(?:书|意见)?|告知书"),
    ("bare application", "申请(?:件|事项|公开)?|办理件"),
    ("due", "在办(?=总)|应当?办(?:理|结)?|需办理?|待办理?"),
    ("deal", "办理|处理|办件"),
    (
        "make",
        "收取|征收|作出|做出|实施|开展|发生|出现|产生|引起|引发|导致|不服|不满意?|提起|提出|提交|递交|应诉|起诉|答辩|采取|审结后?|结案",
    ),
    (
        "publish",
        "(?:主动公开|清理|集中|动态|更新|公开|公布|发布|公示|收录|标注|标记|汇编|汇总|梳理|建立|上传)+",
    ),
    (
        "site",
        "依托[^，。；：0-9]{2,14}?(?:平台|网站|专栏|系统)(?=公开|公示|公布)|在?(?:[省市县区])?(?:人民)?(?:政府)?(?:门户)?网站上?|官网",
    ),
    ("disclosure", "(?:政府信息|信息|政务)公开(?:工作|专栏)?|清单|目录|数据库|文件库|专栏|专题"),
    (
        "bare result",
        {"granted": "公开(?:答复)?", "other": "其[他它](?:情形|情况|类(?!处)|各?类?(?:组织|主体|申请人?))?"},
    ),
    ("quantity", "数量|件数|总数|总量|总额|数|量|金额|收入"),
    ("money", _NUMBER + "(?:元|万元|亿元)"),
    ("small", f"{_ANY_TIME}|{_WHO}|{_HOW}|{_SMALL}"),
)
"""Kinds of word; at one place the first that fits is taken."""


def _alternatives() -> Iterator[tuple[str, str, str]]:
    for kind, meanings in _KINDS:
        for means, pattern in meanings.items() if isinstance(meanings, dict) else [("", meanings)]:
            yield kind, means, pattern


_MEANINGS = [(kind, means) for kind, means, _ in _alternatives()]
_WORD = re.compile("|".join(f"(?P<w{at}>{pattern})" for at, (_, _, pattern) in enumerate(_alternatives())))
_LONGEST = 200
_OPEN_TAIL = ("实行", "均", "全部", "已", "已经", "并", "仍")


_NARROWS = re.compile(
    "[近约超逾每第某最村户企书局厅委院校办镇乡街站线邮信涉类会队党]|同一|左右|以[上下内]|不足|平均|本级|部门|公司|单位|中心|人员|网|窗口|现场|当[场日天月]"
    "|渠道|平台|延[期长]|撤[回销]|补正|合并|转[办送]|移[送交]|建议|提案|议案|留言|热线|工单|来电|来访|咨询|诉求|投诉|举报|解读|公报"
    "|[审核抽检]查|审[核批]|评[查估议]|案卷|抽取|备案|清单|事项|目录|听证|公示|征[求集]|意见|培训|仲裁|赔偿|民事|刑事|公益|法治|领域"
    "|关于|方面|项目|简易|罚[款没]|电子|证照|户籍|查询|材料|疑难|复杂|依职权|主动|信用|服务|政务|集体|听取|减[免轻]|免[征收予]|取消"
    "|其中一|部分|大多|多数|少数|个别|重点|专项|专题|典型|累计|历年|以来|百分点|比例|计划|预计|力争|目标|上级|下级|基层|所属|代"
)
"""Words that make a number count less than all, or something else: a clause with one of them among its unknown words is never read."""


@lru_cache(maxsize=16)  # a sentence is read twice, and a clause of it asked for several times
def loose_words(text: str) -> tuple[Word, ...] | None:
    """Split a clause into its words and what is unknown between them; None where the unknown may narrow what is counted."""
    if len(text) > _LONGEST:
        return None
    found: list[Word] = []
    at = 0
    for match in _WORD.finditer(text):
        found += [Word("unknown", "", text[at : match.start()])] * (at < match.start())
        found.append(_word(match))
        at = match.end()
    found += [Word("unknown", "", text[at:])] * (at < len(text))
    found = _head(found) or found
    unknown = "，".join(word.text for word in found if word.kind == "unknown")
    return None if _NARROWS.search(unknown) or re.search(r"\d", unknown) else tuple(found)


@lru_cache(maxsize=16)
def words(text: str) -> tuple[Word, ...] | None:
    """Split a clause into its words, or None if not all of it is known.

    What is said of a number after it (“……均已上网”) may be unknown, if it holds no other number; the list then ends there.
    """
    if len(text) > _LONGEST:
        return None
    found: list[Word] = []
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            known = None if re.search(r"\d", text[at:]) else _head(found)
            return None if known is None else tuple(known)
        found.append(_word(match))
        at = match.end()
    return tuple(found)


def _word(match: re.Match[str]) -> Word:
    assert match.lastgroup is not None
    return Word(*_MEANINGS[int(match.lastgroup[1:])], match[0])


def _head(found: list[Word]) -> list[Word] | None:
    """Return the words up to where something is said of what has been counted: ……均已上网, ……逐件会商."""
    counts = [at for at, word in enumerate(found) if word.kind == "count"]
    for at in range(counts[0] + 1, len(found)) if counts else ():
        if found[at].text in _OPEN_TAIL or re.fullmatch(_HOW, found[at].text):
            return found[:at]
    return None
