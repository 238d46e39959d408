"""Questions to the broker through librdkafka."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TypeVar

from confluent_kafka import KafkaException

T = TypeVar("T")


def answer_of(question: Future[T]) -> T:
    """Wait for what a client of librdkafka was asked; KafkaException where it failed.

    An error that `result` raises holds the question, which holds the client: such a one, alive when a broker dies, has
    ended whole processes.
    """
    error = question.exception()
    if error is not None:
        raise KafkaException(*error.args)
    return question.result()
