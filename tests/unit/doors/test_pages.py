"""What people wrote is text on every page: it commands neither the browser nor the direction in which it is read."""

from __future__ import annotations

from pathlib import Path

from doors.pages import Pages

HOSTILE = "<b>灯</b>\u202e坏了\x1b]8;;http://elsewhere.example\x07\u2067"


def pages(folder: Path, template: str) -> Pages:
    (folder / "templates").mkdir()
    (folder / "static").mkdir()
    (folder / "templates" / "page.html").write_text(template, "utf-8")
    return Pages(folder, known=HOSTILE)


def test_what_people_wrote_commands_nothing_wherever_it_stands(tmp_path: Path) -> None:
    template = (
        "{% macro said(text) %}<i>{{ text }}</i>{% endmacro %}{{ said(text) }}|{{ known }}|{{ text ~ '!' }}|{{ many }}"
    )
    answer = pages(tmp_path, template).answer("page.html", text=HOSTILE, many=7)
    harmless = "&lt;b&gt;灯&lt;/b&gt;\ufffd坏了␛]8;;http://elsewhere.example␇\ufffd"
    assert answer.text == f"<i>{harmless}</i>|{harmless}|{harmless}!|7"


def test_line_breaks_of_what_people_wrote_stay(tmp_path: Path) -> None:
    assert pages(tmp_path, "{{ text }}").answer("page.html", text="一\n二\t三").text == "一\n二\t三"
