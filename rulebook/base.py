"""What every policy model shares."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from vocabulary import Chinese
from worktime.days import Frozen


class Model(Frozen):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(str_strip_whitespace=True)


_CODE: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_CATEGORY: Final = r"^\d{4}-\d{2}$"
_PHONE: Final = r"^[0-9+-]{3,20}$"

Code = Annotated[str, Field(pattern=_CODE, max_length=40, description="lower-case ascii code")]
CategoryCode = Annotated[str, Field(pattern=_CATEGORY, description="four digits, a hyphen, two digits")]
Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Phone = Annotated[str, Field(pattern=_PHONE, description="digits, hyphens, a plus")]

FORMS: Final[Mapping[str, Chinese]] = {
    _CODE: Chinese("代码：小写字母和数字，可用 - 连接"),
    _CATEGORY: Chinese("分类代码：四位数字、一个 -、两位数字"),
    _PHONE: Chinese("电话：三至二十位数字，可用 - 和 +"),
}
"""What is expected where a pattern does not fit."""
