"""The simulated people of `examples.people`, as processes beside the services of an instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tools.local.instance import Instance

ANSWERING: Final = ("departments", "office", "callbacks")
"""Those who do what the system asks of them."""
EVERYBODY: Final = (*ANSWERING, "requesters")
"""Those, and the people of a story who raise its matters."""


def start_people(instance: Instance, people: Iterable[str], story: Mapping[str, str] | None = None) -> None:
    """Start people, told where everything is and, where they tell a story, which one; they end with the instance."""
    for person in people:
        instance.start_program(person, f"examples.people.{person}", story or {})
