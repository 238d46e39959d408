"""What typer says of a command line, in Chinese: its headings, its usage, and what is wrong.

typer has no translations of its own for most of it; what it would print in English is worded here, in one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from rich.panel import Panel  # noqa: TID251 - what it shows is harmless text
from rich.text import Text  # noqa: TID251 - made of harmless text
from typer import core as typer_core
from typer import rich_utils
from typer._click import core, decorators
from typer._click import exceptions as wrong

from schemas.text import harmless
from tools.terminal import Terminal

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_USAGE: Final = {
    "Usage:": "用法：",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]…",
}
_SAID: Final[Mapping[str, str]] = {
    r"No such command '(.*?)'\. Did you mean (.*)\?": "没有命令 {0}。相近的有：{1}。",
    r"No such command '(.*?)'\. *": "没有命令 {0}。有哪些见 --help。",
    r"Missing command\.": "请写明命令，有哪些见 --help。",
    r"No such option: (.*)": "没有选项 {0}。",
    r"Got unexpected extra argument\(s\) \((.*)\)": "多出了参数：{0}。含空格的内容请加引号。",
    r"Option '(.*)' requires an argument\.": "选项 {0} 后面要写值。",
    r"Option '(.*)' requires (\d+) arguments\.": "选项 {0} 后面要写 {1} 个值。",
    r"Option '(.*)' does not take a value\.": "选项 {0} 不带值。",
    r"Argument '(.*)' takes (\d+) values\.": "参数 {0} 要写 {1} 个值。",
    r"(.*) '(.*)' does not exist\.": "{1} 不存在。",
    r"(.*) '(.*)' is a file\.": "{1} 是文件，应为目录。",
    r"(.*) '(.*)' is a directory\.": "{1} 是目录，应为文件。",
    r"(.*) '(.*)' is not readable\.": "{1} 读不了。",
    r"(.*) '(.*)' is not writable\.": "{1} 写不了。",
    r"(?:Value error, )?(.*) is not one of (.*)\.": "没有 {0} 这个值，请用：{1}。",
}
_EXPECTED: Final[Mapping[str, str]] = {
    "int": "应为整数。",
    "float": "应为数字。",
    "bool": "应为 true 或者 false。",
    "datetime": "应为时间，如 2026-11-01T09:00:00+08:00。",
    "date": "应为日期，如 2026-11-01。",
    "time": "应为时刻，如 09:00。",
    "decimal": "应为数字。",
    "greater": "数太小。",
    "less": "数太大。",
}


def speak_chinese() -> None:
    """Let typer say in Chinese whatever it says from now on."""
    rich_utils.ARGUMENTS_PANEL_TITLE, rich_utils.OPTIONS_PANEL_TITLE = "参数", "选项"
    rich_utils.COMMANDS_PANEL_TITLE, rich_utils.ERRORS_PANEL_TITLE = "命令", "有误"
    rich_utils.DEFAULT_STRING, rich_utils.ENVVAR_STRING = "[默认：{}]", "[环境变量：{}]"
    rich_utils.REQUIRED_LONG_STRING, rich_utils.DEPRECATED_STRING = "[必填]", "（已停用）"
    rich_utils.ABORTED_TEXT = "已中止。"
    rich_utils.rich_format_error = _tell
    core.Command.get_usage = _usage  # type: ignore[method-assign]
    decorators.help_option = _help_option
    typer_core._TyperParameter.display_type = _type  # type: ignore[method-assign]  # noqa: SLF001 - typer's own name


def what_is_wrong(error: wrong.ClickException) -> str:
    """Say in Chinese what typer found wrong with a command line, and what was expected."""
    match error:
        case wrong.MissingParameter():
            kind = "参数" if error.param is not None and error.param.param_type_name == "argument" else "选项"
            return f"缺少{kind} {_hint(error)}，此项必填。"
        case wrong.BadParameter():
            return f"{_hint(error)} 的值不对：{_detail(error)}"
        case wrong.NoSuchOption() if error.possibilities:
            return f"没有选项 {error.option_name}。相近的有：{'、'.join(sorted(error.possibilities))}。"
        case _:
            return _worded(error.format_message())


def _hint(error: wrong.BadParameter) -> str:
    hint = error.param_hint or (error.param.get_error_hint() if error.param is not None else "")
    return hint.replace("'", "") if isinstance(hint, str) else "、".join(hint)


def _detail(error: wrong.BadParameter) -> str:
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        found = cause.errors(include_url=False, include_input=False)[0]
        known = _EXPECTED.get(found["type"].partition("_")[0])
        limit = next((str(found["ctx"][name]) for name in ("ge", "gt", "le", "lt") if name in found.get("ctx", {})), "")
        if known is not None:
            return f"{known.removesuffix('。')}，界限是 {limit}。" if limit else known
    return _worded(error.message)


def _worded(said: str) -> str:
    """A sentence of typer's in Chinese; one of ours stays as it is."""
    if _HAN.search(said) and not said.isascii() and not any(re.fullmatch(each, said) for each in _SAID):
        return said
    for pattern, words in _SAID.items():
        found = re.fullmatch(pattern, said)
        if found is not None:
            return words.format(*(part.replace("'", "").replace(", ", "、") for part in found.groups()))
    return f"命令写法不对（{said}），请对照 --help。"


def _tell(self: wrong.ClickException) -> None:
    if isinstance(self, wrong.NoArgsIsHelpError):
        return
    terminal = Terminal(stderr=True)
    context = getattr(self, "ctx", None)
    if context is not None:
        terminal.print(context.get_usage(), style="bold")
        terminal.print(f"说明见 {context.command_path} {context.help_option_names[0]}", style="dim")
    terminal.print(Panel(Text(harmless(what_is_wrong(self))), title="有误", title_align="left", border_style="red"))


_TYPES: Final[Mapping[str, str]] = {
    "<str>": "<文字>",
    "<int>": "<整数>",
    "<int range>": "<整数>",
    "<float>": "<数>",
    "<float range>": "<数>",
    "<bool>": "<是否>",
    "<path>": "<路径>",
    "<file>": "<文件>",
    "<directory>": "<目录>",
    "<datetime>": "<时间>",
    "<list[str]>": "<文字>",
}
"""The kinds of values; formats and choices stay as they are typed."""

_display_type: Final = typer_core._TyperParameter.display_type  # noqa: SLF001
_get_usage: Final = core.Command.get_usage
_english_help: Final = decorators.help_option


def _usage(self: core.Command, ctx: core.Context) -> str:
    said = _get_usage(self, ctx)
    for english, chinese in _USAGE.items():
        said = said.replace(english, chinese)
    return said


def _type(self: typer_core._TyperParameter, ctx: core.Context) -> str:
    said = _display_type(self, ctx)
    return _TYPES.get(said, said)


def _help_option(param_decls: list[str]) -> Any:
    add = _english_help(param_decls)

    def decorate(command: core.Command) -> core.Command:
        after = add(command)
        command.params[-1].help = "显示这份说明后退出。"  # type: ignore[attr-defined]
        return after

    return decorate
