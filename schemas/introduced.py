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
_SAYS: Final = "我的名字[叫是]|我名叫|我叫|我是|本人叫|本人是|本人|这里是|姓名|联系人|诉求人|署名|落款"
_AND: Final = r"[是为叫:：\s]{0,2}"
_ACCOUNT: Final = r"[A-Za-z][A-Za-z0-9_\-]{5,19}"
_CALLED: Final = "微信|威信|薇信|加v信?|v信|(?<![a-z])vx|(?<![a-z])wx"
_STREET: Final = r"[^，。,.;；!！?？\n]{0,30}?"
_NUMBER: Final = r"[0-9a-zA-Z十百甲乙丙丁东西南北\-]{1,6}"
_FLAT: Final = rf"(?:{_NUMBER}{_GAP}(?:号楼|号|弄|幢|栋|座|单元|层|楼|室|户){_GAP})"

INTRODUCTIONS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:{_SAYS}){_AND}({_NAME}){_ENDS}",
        rf"(?:{_SAYS}){_AND}((?:{_TWO}|[{_SURNAMES}])(?:{_GIVEN}){{0,2}}?)(?={_TITLE})",
        rf"(?:我|本人|免贵){_GAP}姓{_GAP}((?:{_TWO}|[\u4e00-\u9fff]))",
        rf"(?:{_CALLED})(?:[号名是为加我:：\s]|id(?=[:：\s])){{0,5}}({_ACCOUNT})(?![A-Za-z0-9_])",
        rf"(?:我家|我们家|我|本人|家)(?:就|也)?(?:住在|住|在)({_STREET}{_FLAT}*{_NUMBER}{_GAP}(?:号楼|幢|栋|单元|室|户))",
    )
)
"""Each has one group: what is said of whoever writes."""
