"""Texts that somebody outside may send, and that must stay text wherever people read them."""

from __future__ import annotations

from typing import Final

HOSTILE: Final = {
    "a closing tag of markup": "灯坏了[/red]请看",
    "tags of markup": "[bold red]紧急[/] [blink]x[/blink]",
    "a link in markup": "[link=https://elsewhere.example]点此[/link]",
    "an unknown tag": "[@click=app.quit]退出[/]",
    "a backslash before a tag": "\\[/]",
    "a code for a picture": ":smile: :warning:",
    "colours": "\x1b[31m红\x1b[0m",
    "a cleared screen": "\x1b[2J\x1b[H已办结",
    "a made-up link": "\x1b]8;;https://elsewhere.example\x07点此\x1b]8;;\x07",
    "a made-up link, ended otherwise": "\x1b]8;;https://elsewhere.example\x1b\\点此\x1b]8;;\x1b\\",
    "a title of the window": "\x1b]0;root\x07",
    "commands in one character": "\x9b31m红\x9d0;root\x9c",
    "a line written over": "未办结\r已办结",
    "backspaces": "未办结\b\b\b\b\b\b已办结",
    "bell, form feed, vertical tab, delete": "\x07\x0c\x0b\x7f",
    "a direction turned round": "附件\u202egpj.exe",
    "directions isolated": "\u2066甲\u2067乙\u2069",
    "marks of direction": "\u200e\u200f\u061c甲",
    "lines that are none": "甲\u2028乙\u2029丙\x85丁",
    "headers of a mail": "平凉路\r\nBcc: everybody@elsewhere.example\r\n\r\n正文",
    "elements of a page": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "a formula": '=HYPERLINK("https://elsewhere.example","点此")',
    "a template": "{{ 7 * 7 }}{% raw %}{text}",
    "tags without a shape": "甲\U000e0041\U000e007f",
    "a format": "%s %(name)s {0} {name!r}",
}
"""By what they try."""
