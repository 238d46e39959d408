"""How topics are laid out is told by settings, and settings that contradict each other are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from chassis.misfit import MisfitError, require_layout
from chassis.settings import Settings, from_environment
from schemas.layout import NUMBERED, ONE_MACHINE, Compression, Layout
from schemas.principals import Operation, Resource, principals
from schemas.registry import TopicKind, topics
from schemas.values import Channel
from tools.client.addresses import Addresses
from tools.errors import SaidClearly
from tools.local.instance import Instance
from tools.local.settings import LocalSettings, load_settings

CODES = ("housing",)
CITY = Layout(lanes=16, channel_lanes=8, replicas=3, in_sync=2, compression=Compression.LZ4, groups="liuhen-yangpu.")


def test_a_city_has_other_numbers_of_lanes_and_copies_than_one_machine() -> None:
    found = {topic.name: topic for topic in topics(CODES, CITY)}
    assert {topic.partitions for topic in found.values() if topic.kind is TopicKind.INTERNAL} == {16}
    assert found["liuhen.inbound.hotline.v1"].partitions == found["liuhen.public.desk.v1"].partitions == 8
    assert found["liuhen.inbound.department.housing.v1"].partitions == 1
    assert {topic.replicas for topic in found.values()} == {3}
    assert {topic.config["min.insync.replicas"] for topic in found.values()} == {"2"}
    assert {topic.replicas for topic in topics(CODES)} == {1}


def test_the_broker_compresses_what_outsiders_do_not_and_leaves_our_own_as_they_were_sent() -> None:
    packed = {topic.kind for topic in topics(CODES, CITY) if topic.config.get("compression.type") == "lz4"}
    assert packed == {TopicKind.INBOUND}
    assert not [topic for topic in topics(CODES) if "compression.type" in topic.config]


def test_services_share_a_cluster_under_a_prefix_of_their_own() -> None:
    dispatch = next(each for each in principals(CODES, CITY) if each.name == "dispatch")
    assert dispatch.may(Operation.READ, Resource.GROUP, "liuhen-yangpu.dispatch")
    assert not dispatch.may(Operation.READ, Resource.GROUP, "dispatch")


def test_programs_and_services_are_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CITY.variables().items():
        monkeypatch.setenv(name, value)
    assert Settings().alone == load_settings().alone == CITY
    variables = {**CITY.variables(), "LIUHEN_KAFKA": "k:9092", "LIUHEN_POSTGRES": "postgresql:///liuhen"}
    assert Addresses.of(variables).alone == CITY


def test_records_that_could_never_be_written_are_refused_at_start_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIUHEN_REPLICAS", "2")
    monkeypatch.setenv("LIUHEN_IN_SYNC", "3")
    sentence = "LIUHEN_IN_SYNC=3 大于 LIUHEN_REPLICAS=2，这样什么也写不进去。请把 LIUHEN_IN_SYNC 改为 1，或者增加份数。"
    with pytest.raises(SystemExit, match=sentence):
        from_environment(Settings)
    with pytest.raises(SaidClearly, match=sentence):
        load_settings()


def test_any_of_several_brokers_may_be_lost_unless_it_is_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_BROKERS", "3")
    assert (load_settings().replicas, load_settings().in_sync) == (3, 2)
    monkeypatch.setenv("LIUHEN_REPLICAS", "1")
    assert (load_settings().replicas, load_settings().in_sync) == (1, 1)


def test_more_copies_than_brokers_are_refused_before_anything_starts() -> None:
    instance = Instance(ephemeral=True, settings=LocalSettings(brokers=2, replicas=3))
    with pytest.raises(SaidClearly, match="LIUHEN_REPLICAS=3 多于 LIUHEN_BROKERS=2"):
        instance.start_foundations()
    assert instance.processes == ()


def test_more_lanes_of_channels_than_numbers_tell_apart_are_refused() -> None:
    most = NUMBERED // len(Channel)
    assert len(Channel) * Layout(channel_lanes=most).channel_lanes <= NUMBERED
    with pytest.raises(ValidationError, match=f"less than or equal to {most}"):
        Layout(channel_lanes=most + 1)


def test_a_setting_that_cannot_be_used_is_named_without_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_MASTER_KEY", "hush")
    monkeypatch.setenv("LIUHEN_COMPRESSION", "zip")
    with pytest.raises(SystemExit) as said:
        from_environment(Settings)
    assert "LIUHEN_COMPRESSION 不可用，应为none、gzip、lz4、snappy、zstd 之一。" in str(said.value)
    assert "LIUHEN_MASTER_KEY 不可用，应为至少8个字符。" in str(said.value)
    assert "hush" not in str(said.value)


def test_a_service_does_not_start_on_topics_of_another_layout() -> None:
    asked = topics(CODES, sixteen := Layout(lanes=16))
    there = {topic.name: topic.partitions for topic in topics(CODES, ONE_MACHINE)}
    with pytest.raises(MisfitError, match=r"liuhen.clocks.v1 有 4 个分区，按 LIUHEN_LANES=16 应有 16 个"):
        require_layout(asked, there, sixteen)
    require_layout(asked, {topic.name: topic.partitions for topic in asked}, sixteen)
    require_layout([replace(topic, name="not-yet-made") for topic in asked], there, sixteen)
