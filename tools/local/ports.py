"""Ports are looked at before anything starts."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from random import SystemRandom

from tools.errors import SaidClearly
from tools.local.plan import load_plan
from tools.local.settings import LocalSettings, chosen_ports, variable

HOST = "127.0.0.1"
_QUIET = range(20_000, 32_000)  # below what Linux gives to outgoing connections, which would come in between
_DICE = SystemRandom()


def is_free(port: int) -> bool:
    """Return whether something new could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(ports: Mapping[str, int], needed: Iterable[str]) -> None:
    """Say clearly which of the needed ports cannot be had, by number, by name and by the variable that moves it."""
    names = sorted(needed)
    times = Counter(ports[name] for name in names)
    for name in names:
        port = ports[name]
        if not 1 <= port <= 65535:  # noqa: PLR2004 - the largest port
            raise SaidClearly(f"没有端口 {port}（{name}）。请设置 {variable(name)} 或者 LIUHEN_PORT_SHIFT。")
        if times[port] > 1:
            raise SaidClearly(f"端口 {port}（{name}）用了两次，请给 {variable(name)} 另一个。")
        if not is_free(port):
            raise SaidClearly(
                f"端口 {port}（{name}）已被别的进程占用。"
                f"请给 {variable(name)} 一个空闲的端口，或者用 LIUHEN_PORT_SHIFT 整体移开。"
            )


def with_free_ports(settings: LocalSettings, shifts: Iterable[int]) -> LocalSettings:
    """Return settings that move all ports by the first of these shifts at which nobody listens on any of them."""
    for shift in shifts:
        moved = settings.model_copy(update={"port_shift": settings.port_shift + shift})
        if all(map(is_free, chosen_ports(load_plan(), moved).values())):
            return moved
    raise SaidClearly("找不到一组空闲的端口，请设置 LIUHEN_PORT_SHIFT。")


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """Return a different port for each name; nobody uses it, and while this process lives nobody else is given it."""
    candidates = filter(_reserve, _DICE.sample(_QUIET, len(_QUIET)))
    return {name: next(candidates) for name in names}


def _reserve(port: int) -> bool:
    """Hold a port until this process ends, if it can be had, so that a server may still listen on it.

    It is asked for alone, so that of two who choose at the same moment one is refused, and shared afterwards: Linux
    lets a server that reuses addresses listen beside it.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        held.bind((HOST, port))
    except OSError:
        held.close()
        return False
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.detach()
    return True
