"""The door's own rules, as rules.yaml states them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_Positive = Annotated[float, Field(gt=0)]
_Score = Annotated[float, Field(ge=0, le=100)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Repeat(_Model):
    """When a report repeats an open ticket of the same requester; scores go from 0 to 100."""

    within_days: _Positive
    text_similarity: _Score
    place_similarity: _Score
    shortest_text: int


class Recurrence(_Model):
    """When a new matter is one that had ended and came back; scores go from 0 to 100."""

    within_days: _Positive
    text_similarity: _Score
    place_similarity: _Score


class DoubtRules(_Model):
    """What makes a visit doubtful: the box of the district in degrees, speed, accuracy, age of the position."""

    south: float
    north: float
    west: float
    east: float
    fastest_km_per_hour: _Positive
    worst_accuracy_metres: _Positive
    position_apart_minutes: _Positive


class DoorRules(_Model):
    """All of them."""

    future_tolerance_seconds: _Positive
    clocks_apart_seconds: _Positive
    visit_oldest_days: _Positive
    repeat: Repeat
    recurrence: Recurrence
    doubts: DoubtRules
