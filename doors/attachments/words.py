"""What people are told of an attachment, on every page that names one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from schemas.attachments import Media

_KINDS: Final[Mapping[Media, str]] = {
    "application/pdf": "PDF 文件",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "表格",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "文档",
    "image/heic": "照片",
    "image/jpeg": "照片",
    "image/png": "照片",
    "image/webp": "照片",
    "video/mp4": "视频",
}
_THOUSAND, _MILLION = 1_000, 1_000_000


def kind_of(media: Media) -> str:
    """Say what kind of thing it is."""
    return _KINDS[media]


def size_of(count: int) -> str:
    """Say how large it is; `count` in bytes."""
    return f"{count / _MILLION:.1f} MB" if count >= _MILLION else f"{max(count // _THOUSAND, 1)} KB"


KNOWN: Final[Mapping[str, Callable[..., str]]] = {"kind_of": kind_of, "size_of": size_of}
"""As templates name them."""
