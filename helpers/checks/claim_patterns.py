"""How prose writes shares and changes: 占58%, 公开率49%, 比上年增加8件."""

import re

from helpers.checks.claim_words import UNIT
from helpers.checks.numerals import NUMBER

_SHARED = r"(?>全部|所有|总件?数|总量|总|年度|本年|年内|办结|办理|申请|受理|收到|答复|处理|新收|本年度?|政府信息公开|结果|三类|行政执法|执法|处理决定|决定|件数|件|数|量|同类|案件|的|比例|比重|比|为|达|到|约|仅|分别|是|当年|全年|全县|全市|全区)*"
SHARE = re.compile(
    f"(?:[两三四]者|[两三四]项|以上)?(?:合计|共计|共|总计)?(?:仅|约|均)?(?:占{_SHARED}|比例(?:约|达)?为?)?{NUMBER}%"
)
SEVERAL = "[两二三四五六][类项者种]"
"""Said of some counts together: 三项合计."""
SHARE_OF = re.compile(
    rf"(?P<part>[^0-9占]{{0,20}}?)(?:在(?P<among>[^0-9占]{{2,20}}?)中的?占比?|占(?P<whole>[^0-9%]{{2,20}}?))"
    rf"的?(?:比例|比重|比)?(?:为|达到?|约|仅)*{NUMBER}%"
)
"""With the words for what it is a share of: 占不予处理总数的75%, 自然人申请在新收申请中占83%."""
SHARES = re.compile(f"(?:占{_SHARED}分别{_SHARED}|分别占{_SHARED}){NUMBER}%")
RATE = re.compile(f"(?P<rate>公开|办结|纠错|纠正|败诉|维持)(?:率|比[例率])(?:为|达|达到)?{NUMBER}%")
_THAN = r"(?P<than>同比|与?(?:比|较|相较于|同)?(?:上一?年度?|去年)(?:同期|年?[底末])?(?:相比)?)?"
WAY = "(?:压减|压缩|增加|增长|上升|上涨|攀升|提升|提高|增幅|涨幅|净增|增收|减少|减收|下降|降幅|回落|降低|净减|增|减|[多少](?:办结|办理|受理|收到|答复|[办收出发增])?)"
CHANGES = re.compile(rf"(?:分别|各)?{_THAN}(?:分别|各)?(?P<way>{WAY})(?:了)?{NUMBER}(?P<unit>{UNIT}|%)")
CHANGE = re.compile(
    rf"(?:申请|受理|办结)?(?:总?数?量|件数)?{_THAN}(?P<way>{WAY})(?:了|率|出)?(?:为|达到?)?{NUMBER}(?P<unit>{UNIT}|%|万元)"
)
OWN_CHANGE = re.compile(
    rf"(?P<label>[^0-9]{{2,30}}?){_THAN}(?P<way>{WAY})(?:了|率|出)?(?:为|达到?)?{NUMBER}(?P<unit>{UNIT}|%|万元)"
)
OWN_RATE = re.compile(f"(?P<label>[^0-9]{{2,20}}?)的?{RATE.pattern}")
LOOSE_SHARE = re.compile(f"占[^0-9%]{{0,12}}{NUMBER}%")
LOOSE_CHANGE = re.compile(
    rf"[^0-9]{{0,8}}{_THAN}[^0-9]{{0,4}}(?P<way>{WAY})[^0-9]{{0,3}}{NUMBER}(?P<unit>{UNIT}|%|万元)"
)


def falls(way: str) -> bool:
    """Whether a word for a change, one of :data:`WAY`, is one for less."""
    return way.removeprefix("净")[0] in "减少下降回压"
