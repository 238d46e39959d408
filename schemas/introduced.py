"""How people say in a text who they are (我叫…、微信…、家住…): found where nobody wrote their contact down.

What is found is what the one who writes says of themselves. Names, accounts and flats that are said of others stay:
they are often the matter itself. Texts are looked at in one spelling (`schemas/spelling.py`), in which 一 is 1.
"""

from __future__ import annotations

import re
from typing import Final

from schemas.spelling import UNSEEN

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤施俞翁卞闵徐盛章凌樊殷傅萧詹欧易常文洪包左童尤倪庄季翟焦柏章阎聂岳祝辛管甘温柯涂游裘"
)
_TWO: Final = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯"
_GAP: Final = rf"[ \t\u3000·{UNSEEN}]{{0,3}}"
_GIVEN: Final = rf"{_GAP}[\u4e00-\u9fff0-9]"
_NAME: Final = rf"(?:{_TWO}|[{_SURNAMES}]){_GIVEN}(?:{_GIVEN})?"
_ENDS: Final = (
    r"(?=$|[\s，。,.!！?？；;：:、（）()“”\"]|电话|手机|微信|联系|家住|住在|住|今年|身份证|反映|投诉|举报|来电)"
)
_TITLE: Final = "阿姨|先生|女士|小姐|师傅|大爷|大妈|奶奶|爷爷|叔叔|伯伯|老师|医生|太太|同志"
_I: Final = "(?:我|俺|咱|本人)"
_HOME: Final = "(?:(?:我|俺|咱)们?家(?:里)?|家)"
_SAYS: Final = "|".join(
    (
        f"{_I}的?(?:名字|姓名)[叫是]|{_I}名叫|{_I}叫|{_I}是|本人|这里是|姓名|名字(?=[是叫:：])",
        "真名|全名|联系人|诉求人|署名|落款",
    )
)
_AND: Final = r"[是为叫:：\s]{0,2}"
_ACCOUNT: Final = r"[A-Za-z][A-Za-z0-9_\-]{5,19}"
_CALLED: Final = "微信|威信|薇信|加v信?|v信|(?<![a-z])vx|(?<![a-z])wx"
_STREET: Final = r"[^，。,.;；!！?？\n]{0,30}?"
_NUMBER: Final = r"[0-9a-zA-Z十百甲乙丙丁东西南北\-]{1,6}"
_UNIT: Final = "(?:号楼|号|弄|幢|栋|座|单元|层|楼|室|户)"
_FLAT: Final = rf"(?:{_NUMBER}{_GAP}{_UNIT}{_GAP})"
_ROOM: Final = "[0-9]{2,5}"
_LAST_UNIT: Final = "(?:号楼|幢|栋|单元|室|户)"
_PLACE: Final = (
    rf"{_STREET}{_FLAT}*"
    rf"(?:{_NUMBER}{_GAP}{_LAST_UNIT}(?:{_GAP}{_ROOM}(?![0-9]))?|{_NUMBER}{_GAP}[号弄楼层]{_GAP}{_ROOM}(?![0-9]))"
)
"""A flat, as far as its number of a room, with or without 室 behind it."""
_AS: Final = r"[是为在:：\s]{0,3}"
_PEOPLE: Final = "(?:住户|业主|居民|租户|租客|房东|房主|户主|人)"

INTRODUCTIONS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:{_SAYS}){_AND}({_NAME}){_ENDS}",
        rf"(?:{_SAYS}){_AND}((?:{_TWO}|[{_SURNAMES}])(?:{_GIVEN}){{0,2}}?)(?={_TITLE})",
        rf"(?:{_I}|免贵){_GAP}姓{_GAP}((?:{_TWO}|[\u4e00-\u9fff]))",
        rf"姓(?:{_TWO}|[\u4e00-\u9fff])[，,、\s]{{0,3}}(?:名字叫|名叫|单名|叫|名)(?:{_GAP}一?个?)((?:{_GIVEN}){{1,2}}){_ENDS}",
        rf"{_I}们?是((?:{_TWO}|[{_SURNAMES}]))家",
        rf"(?:{_CALLED})(?:[号名是为加我:：\s]|id(?=[:：\s])){{0,5}}({_ACCOUNT})(?![A-Za-z0-9_])",
        r"(?:(?<![a-z])qq|扣扣|企鹅)(?:[号码群是为加我:：\s]){0,5}([1-9][0-9]{4,10})(?![0-9])",
        r"(?<![a-z0-9._%+\-])([a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4})",
        rf"(?:{_HOME}|{_I}们?)(?:就|也)?(?:住在|住|在)({_PLACE})",
        rf"(?:{_SAYS}){_AND}{_NAME}[，,、\s]{{0,3}}(?:家|就)?住(?:在)?({_PLACE})",
        rf"(?:家庭|联系|{_I}的?)(?:住址|地址){_AS}({_PLACE})",
        rf"住址{_AS}({_PLACE})",
        rf"{_I}们?(?:就)?是((?=[^，。]{{0,30}}[0-9]){_STREET}{_FLAT}*{_NUMBER}{_UNIT}?)的?{_PEOPLE}",
        rf"{_I}们?(?:就)?是((?:{_FLAT})*{_ROOM}室?)的(?=$|[\s，。,.!！?？；;])",
        rf"(?:{_HOME}|{_I}们?)(?:就|也)?住?在?(?:楼上|楼下|隔壁|对面|对门|顶楼)[，,、\s]{{0,2}}({_ROOM}室?)(?![0-9])",
        rf"(?:{_HOME}|{_I}们?(?:就|也)?住(?:在)?)({_ROOM})(?:(?=室)|{_ENDS})",
        rf"(?:门牌号?码?|房间号?码?|房号|室号){_AS}({_ROOM})(?![0-9])",
        r"([0-9]{6}\*{4,9}[0-9]{3}[0-9x])(?![0-9])",
    )
)
"""Each has one group: what is said of whoever writes. Mail addresses and what is left of a masked card are hidden too,
whoever's they are."""
