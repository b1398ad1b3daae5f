"""The level of an organ where its name leaves no doubt."""

import re

# Bodies of the State Council that report for the whole country (国发〔2023〕5号、6号), full names and usual short ones.
# A list, because their names look like those of their branches (国家税务总局北京市税务局) and of local bureaus.
_MINISTRIES = frozenset(
    re.split(
        r"\s+",
        """国务院办公厅 外交部 国防部 国家发展和改革委员会 国家发展改革委 教育部 科学技术部 科技部 工业和信息化部 国家民族事务委员会
        国家民委 公安部 国家安全部 民政部 司法部 财政部 人力资源和社会保障部 人力资源社会保障部 自然资源部 生态环境部
        住房和城乡建设部 住房城乡建设部 交通运输部 水利部 农业农村部 商务部 文化和旅游部 国家卫生健康委员会 国家卫生健康委
        退役军人事务部 应急管理部 中国人民银行 审计署 国务院国有资产监督管理委员会 国务院国资委 海关总署 国家税务总局 税务总局
        国家市场监督管理总局 市场监管总局 国家金融监督管理总局 金融监管总局 中国证券监督管理委员会 中国证监会 国家广播电视总局
        广电总局 国家体育总局 体育总局 国家信访局 国家统计局 国家知识产权局 国家国际发展合作署 国家医疗保障局 国家医保局
        国务院参事室 国家机关事务管理局 国管局 国务院研究室 新华通讯社 中国科学院 中国社会科学院 中国工程院 国务院发展研究中心
        中央广播电视总台 中国气象局 国家粮食和物资储备局 国家能源局 国家数据局 国家国防科技工业局 国家烟草专卖局
        国家移民管理局 国家林业和草原局 国家铁路局 中国民用航空局 中国民航局 国家邮政局 国家文物局 国家中医药管理局
        国家中医药局 国家疾病预防控制局 国家疾控局 国家矿山安全监察局 国家消防救援局 国家外汇管理局 国家外汇局
        国家药品监督管理局 国家药监局""",
    )
)
_NATIONAL = re.compile(r"国家|中国|中华人民共和国|国务院")
_BRANCH = re.compile(r"[省市县区州旗盟].*局$|(?:局|委员会|总署).+局$|队$")
"""Of a name that begins like a ministry's, the part that shows a branch of one."""

# The first that fits counts; a city may be of three levels.
_ENDINGS = (
    ("township", r"(?:镇|乡|街道)(?:人民政府|办事处)?"),
    ("province", r"(?:省|自治区|北京市|天津市|上海市|重庆市)(?:人民政府)?"),
    ("prefecture", r"(?:自治州|盟|地区)(?:人民政府|行政公署)?"),
    ("county", r"(?:县|旗)(?:人民政府)?|(?<!新)(?<!自治)区人民政府"),
    ("department", r"(?:局|厅|(?<!管理)委员会|(?<!管)委|办公室|办公厅|中心|大队|支队|队|所)"),
)


def level_of(organ: str) -> str | None:
    """Level of an organ (a key of ``FORM.levels``) where its name leaves no doubt, else None."""
    name = re.sub(r"^中华人民共和国|\s", "", organ)
    if name in _MINISTRIES:
        return "ministry"
    if _NATIONAL.match(organ):
        return "department" if _BRANCH.search(name) else None
    return next((level for level, ending in _ENDINGS if re.search(rf"(?:{ending})$", organ)), None)
