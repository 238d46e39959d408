"""A client of librdkafka that lives when a broker dies may end the process: none outlives its question."""

from __future__ import annotations

import ast
import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress

import pytest
from confluent_kafka import KafkaException

from chassis.asking import answer_of
from tools.layout import ROOT


class Client:
    """Stands in a frame, as a client does while its answer is awaited."""


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_a_question_that_failed_keeps_no_client_alive() -> None:
    seen: list[weakref.ref[Client]] = []

    def ask() -> None:
        client, question = Client(), Future[int]()
        seen.append(weakref.ref(client))
        question.set_exception(KafkaException("away"))
        answer_of(question)

    # given a question that fails
    with suppress(KafkaException):
        ask()
    # then nothing is left of who asked, and nobody had to collect it
    assert seen[0]() is None


def test_nobody_keeps_a_client_of_librdkafka_for_later() -> None:
    kept = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("chassis", "services", "liuhen")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "AdminClient"
        and any(isinstance(target, ast.Attribute) for target in node.targets)
    ]
    assert kept == []
