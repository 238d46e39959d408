"""The city's platform as a channel: what it is told is a document, under the order's own number."""

from __future__ import annotations

import json

from doors.city import CityAwayError, CityRefusedError, Platform
from schemas.text import harmless
from services.notify.edges.sending import Channel, Failed, one_by_one
from services.notify.store import DueDelivery


def to_city(city: Platform, seconds: float) -> Channel:
    """Tell the city; the words of a message are the document, as the policy's template writes it."""

    async def send(delivery: DueDelivery) -> None:
        try:
            await city.tell(delivery.address, json.loads(harmless(delivery.text)), delivery.notice)
        except CityRefusedError as refused:
            raise Failed(str(refused), for_ever=True) from None
        except CityAwayError as away:
            raise Failed(str(away)) from None

    return one_by_one(send, seconds)
