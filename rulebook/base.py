"""What every policy model shares."""

from typing import Annotated

from pydantic import ConfigDict, Field

from worktime.days import Frozen


class Model(Frozen):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(str_strip_whitespace=True)


Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40, description="lower-case ascii code")]
CategoryCode = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="four digits, a hyphen, two digits")]
Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Phone = Annotated[str, Field(pattern=r"^[0-9+-]{3,20}$", description="digits, hyphens, a plus")]
