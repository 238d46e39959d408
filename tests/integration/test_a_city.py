"""A city: four hundred departments, sixteen lanes of each channel, and a cluster that others use too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rulebook import load_policy
from schemas.layout import Compression
from schemas.principals import OPERATORS
from schemas.registry import topics
from services.intake.core.numbers import is_number
from tests.support.operations import Operations
from tools.errors import SaidClearly
from tools.layout import POLICY
from tools.local import workers
from tools.local.instance import Instance
from tools.local.settings import LocalSettings
from tools.watch import Watched, counted

pytestmark = pytest.mark.timeout(400)

DEPARTMENTS = 400
LANES = 16
PREFIX = "yangpu-12345."
_LZ4 = 3
_ATTRIBUTES = 22
"""The second byte of a batch's attributes, of which the last three bits say how it is compressed."""
_BUREAU = """  - code: bureau-{0:03}
    name: 第{0}局
    kind: bureau
    desk: {{phone: "021-0001{0:04}", mail: desk@bureau-{0:03}.example}}
    duty: {{phone: "1600001{0:04}", mail: duty@bureau-{0:03}.example}}
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped policy with as many more bureaus as a city has."""
    folder = tmp_path_factory.mktemp("city") / "policy"
    shutil.copytree(POLICY, folder)
    file = folder / "directory.yaml"
    before, _, after = file.read_text("utf-8").partition("\noutside:")
    here = before.count("  - code: ")
    more = "".join(_BUREAU.format(number) for number in range(DEPARTMENTS - here))
    file.write_text(f"{before.rstrip()}\n{more}\noutside:{after}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def city(policy: Path) -> Iterator[Operations]:
    """The whole system, laid out for it."""
    settings = LocalSettings(
        lanes=LANES, channel_lanes=LANES, compression=Compression.LZ4, groups=PREFIX, patience=200.0
    )
    with Instance(ephemeral=True, settings=settings, policy=policy) as instance:
        instance.start_services()
        yield Operations(instance)


def test_a_city_of_four_hundred_departments_takes_a_call(city: Operations) -> None:
    # given a policy that is valid
    assert city.run("policy", "validate", str(city.instance.policy)).exit_code == 0
    # when three people call
    tickets = [city.report(13_800_000_000 + number) for number in range(3)]
    # then each has a number that differs from the others', short, and checked by its last digit
    assert len(set(tickets)) == len(tickets)
    assert all(is_number(ticket) and len(ticket) == 14 for ticket in tickets)
    # and only lanes of channels have numbers of their own
    numbered = [name for (name,) in city.sql("select lane from intake.numbering")]
    assert all("inbound.hotline" in name for name in numbered)
    # and every lane of every department is listened to
    lanes = {process.name: workers.lanes_of(process) for _, process in workers.workers(city.instance)}
    channels_office_and_callback_agency = 5
    citizens_and_the_city = 2
    one_each = DEPARTMENTS + citizens_and_the_city
    assert lanes["intake"] == channels_office_and_callback_agency * LANES + one_each + LANES
    assert lanes["dispatch"] == lanes["sla"] == LANES
    # and what our own services say is compressed
    logs = sorted((city.instance.home / "kafka").glob("liuhen.dispatch.v1-*/*.log"))
    written = [file.read_bytes()[_ATTRIBUTES] & 7 for file in logs if file.stat().st_size]
    assert set(written) == {_LZ4}


def test_groups_begin_with_the_prefix_and_the_watch_counts_their_workers(city: Operations) -> None:
    instance = city.instance
    broker = Watched(instance.broker(OPERATORS).for_librdkafka())
    known = topics((department.code for department in load_policy(instance.policy).departments), instance.layout)
    assert broker.members(f"{PREFIX}dispatch") == 1
    assert counted(broker, "dispatch", known, instance.layout)[0] == 1
    assert broker.members("dispatch") == 0


def test_every_promise_is_kept(city: Operations) -> None:
    assert city.run("verify").exit_code == 0


def test_a_service_that_is_told_of_other_lanes_does_not_start_and_says_so(city: Operations) -> None:
    with pytest.raises(SaidClearly, match=r"按 LIUHEN_LANES=4 应有 4 个"):
        city.instance.start_services(["sla"], worker="2", environment={"LIUHEN_LANES": "4"})
