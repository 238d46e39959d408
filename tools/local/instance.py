"""One running system on this machine: broker, database and services, in a folder of its own."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from chassis.broker import Access, Broker
from chassis.clock import Clock
from rulebook import load_policy
from schemas.layout import Layout
from schemas.principals import ADMIN
from tools.errors import SaidClearly
from tools.layout import ROOT, home_of
from tools.local import broker, ports, preparing, prometheus
from tools.local.broker import Node
from tools.local.database import Cluster
from tools.local.orphans import end_orphans
from tools.local.plan import Plan, load_plan
from tools.local.ports import HOST, free_ports
from tools.local.process import Ending, Launch, Started, end, spawn, this_process
from tools.local.readiness import is_ready
from tools.local.settings import LocalSettings, chosen_ports, load_settings
from tools.local.state import State, private, read_state, write_state
from tools.local.whereabouts import FIRST, Whereabouts
from tools.prepare import certificates
from tools.prepare.certificates import Certificates
from tools.prepare.roles import OWNER
from tools.prepare.secrets import make_named, secret

Announce = Callable[[str], None]
"""Hears, in a few words, what is being done."""


SUPERVISOR = "supervisor"
"""The program that starts again what ended by itself."""

_LOOK_AGAIN = 0.1  # seconds
_numbers = count(1)


def _silent(_: str) -> None:
    """Tell nobody."""


class Instance:
    """A system that can be started part by part and ended exactly.

    `ephemeral` is for tests: free ports, careless disks, gone with the process that made it.
    Used as a context, it starts broker and database with topics and migrations, and stops everything at the end.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        clock: str | None = None,
        ephemeral: bool = False,
        settings: LocalSettings | None = None,
        announce: Announce = _silent,
        policy: Path | None = None,
    ) -> None:
        self.settings = settings or load_settings()
        self.plan: Plan = load_plan()
        self.name = name or (f"ephemeral-{os.getpid()}-{next(_numbers)}" if ephemeral else self.settings.instance)
        self.home = home_of(self.name)
        self.ephemeral = ephemeral
        self.announce = announce
        self.policy = (policy or self.settings.policy).resolve()
        """The folder with the policy that services read."""
        known = read_state(self.home)
        self.ports: Mapping[str, int] = known.ports or self._choose_ports()
        self.clock = clock or known.clock or self.settings.clock
        """By which services live that start from now on."""
        self.layout: Layout = known.layout or self.settings.alone
        """How the topics of what runs are laid out."""

    def __enter__(self) -> Self:
        self.start_foundations()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_all()

    @property
    def whereabouts(self) -> Whereabouts:
        """Where all of it is, as its ports, clock, policy and layout are now."""
        return Whereabouts(
            name=self.name,
            home=self.home,
            plan=self.plan,
            settings=self.settings,
            ports=self.ports,
            clock=self.clock,
            policy=self.policy,
            layout=self.layout,
            certificates=self.certificates,
            cluster=self.cluster,
        )

    @property
    def kafka(self) -> str:
        """The brokers' addresses, host:port."""
        return self.whereabouts.kafka

    @property
    def brokers(self) -> tuple[Node, ...]:
        """The brokers of the cluster, running or not."""
        return self.whereabouts.brokers

    @property
    def foundations(self) -> tuple[str, ...]:
        """The names of what all others stand on."""
        return ("postgres", *(node.process for node in self.brokers))

    @property
    def secrets(self) -> Path:
        """The folder with the passwords of the broker's users and the database's roles, a file for each."""
        return self.whereabouts.secrets

    def broker(self, user: str) -> Broker:
        """Return the broker as one of its users reaches it."""
        return Access(
            self.kafka,
            self.secrets,
            ca=self.certificates and self.certificates.ca,
            compression=self.layout.compression,
        ).as_user(user)

    @property
    def certificates(self) -> Certificates | None:
        """What servers show here and whom clients trust; None where lines are in the clear."""
        return Certificates.within(self.home / "certificates") if self.settings.tls else None

    @property
    def cluster(self) -> Cluster:
        """The database cluster, running or not."""
        return Cluster(self.home, self.ports["postgres"], not self.ephemeral, self.certificates)

    @property
    def processes(self) -> tuple[Started, ...]:
        """What was started and not yet stopped, in order."""
        return read_state(self.home).processes

    def postgres_dsn(self, role: str = OWNER, database: str | None = None) -> str:
        """Return the database's address for a service (or for the owner of everything), password included."""
        return self.whereabouts.postgres_dsn(role, database)

    def url(self, port: str) -> str:
        """Return the HTTP address of a port by its name in deploy/services.yaml, such as `trace_http`."""
        return self.whereabouts.url(port)

    def start_foundations(self) -> None:
        """Start broker and database side by side; then topics, roles and migrations. Where it fails, nothing stays."""
        self._make_home()
        try:
            others = broker.port_names(len(self.brokers))
            ports.require_free(self.ports, (*self.plan.kafka.ports, *others, *self.plan.postgres.ports))
            self._start_foundations()
        except BaseException:
            self.end_all()
            raise

    def _start_foundations(self) -> None:
        self.announce("启动数据库和消息系统")
        with ThreadPoolExecutor(2) as both:
            formatted = both.submit(self._prepare_brokers)
            both.submit(self.cluster.prepare).result()
            database = self._spawn_database()
            properties = formatted.result()
        kafka = [self._spawn_broker(node, properties[node]) for node in self.brokers]
        self._await(database, self.cluster.is_ready)
        self.announce("建立数据库角色、模式和表")
        make_named(self.secrets)
        preparing.prepare_tables(self.cluster, self.plan, self.postgres_dsn, self._now())
        policy = load_policy(self.policy)
        preparing.prepare_logins(policy, self._now(), self.secrets, self.home / "login")
        self.announce("等消息系统就绪")
        for each in kafka:
            self._await(each, self._brokers_answer)
        self.announce("建立主题、用户和权限")
        codes = [each.code for each in policy.departments]
        preparing.prepare_topics(self.broker(ADMIN), codes, self.layout, self.secrets)

    def require_free_ports(self, *, with_prometheus: bool = False) -> None:
        """Say clearly which port of the whole system cannot be had, before anything starts."""
        watching = {"prometheus", *self.plan.watch.ports}
        watched = {"alertmanager", "grafana"} | (set() if with_prometheus else watching)
        ports.require_free(self._choose_ports(), self.plan.ports().keys() - watched)

    def start_services(
        self,
        names: Iterable[str] | None = None,
        *,
        worker: str = FIRST,
        environment: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> tuple[Started, ...]:
        """Start services (all of them if none is named) as one worker each; `wait` until each says it is ready."""
        chosen = tuple(names if names is not None else self.plan.services)
        self.require_ports(chosen, worker)
        self.announce(f"启动 {'、'.join(chosen)}")
        started = [self._start_service(name, worker, environment or {}) for name in chosen]
        for process in started if wait else ():
            self.wait_ready(process)
        return tuple(started)

    def require_ports(self, services: Iterable[str], worker: str) -> None:
        """Say clearly which port of these services somebody else has; only first workers have fixed ones."""
        needed = [port for name in services for port in self.plan.services[name].ports if worker == FIRST]
        ports.require_free(self.ports, needed)

    def start_program(self, name: str, module: str, environment: Mapping[str, str]) -> Started:
        """Start a Python module beside the services, with variables to find everything; it ends with the instance."""
        variables = {**os.environ, **self.addresses(), **environment}
        return self._spawn(Launch(name, [sys.executable, "-m", module], environment=variables))

    def wait_ready(self, process: Started) -> None:
        """Return when the service says over HTTP that it is ready; say clearly when it ended or takes too long."""
        self._await(process, lambda: is_ready(process.ready))

    def restart(self, *names: str, at_once: bool = False) -> None:
        """Stop the database or brokers (`at_once`: as a failing machine would) and start them on what they wrote."""
        self.stop(*names, at_once=at_once)
        # All of them before anybody waits for one: what was never started is not known to have ended either.
        database = [self._spawn_database()] if "postgres" in names else []
        again = [node for node in self.brokers if node.process in names]
        properties = self._prepare_brokers() if again else {}
        brokers = [self._spawn_broker(node, properties[node]) for node in again]
        for process in database:
            self._await(process, self.cluster.is_ready)
        for process in brokers:
            self._await(process, self._brokers_answer)

    def start_prometheus(self) -> Started:
        """Start Prometheus and the watch on this machine, scraping the services and judging by the project's rules."""
        ports.require_free(self.ports, (*self.plan.prometheus.ports, *self.plan.watch.ports))
        self.announce("启动 Prometheus")
        watch = self._spawn(self._watch())
        process = self._spawn(prometheus.launch(self.home, self.plan, self.ports))
        for each in (watch, process):
            self.wait_ready(each)
        return process

    def start_supervisor(self) -> Started:
        """Start what starts again whatever ends by itself from now on."""
        variables = {**os.environ, "LIUHEN_INSTANCE": self.name}
        return self._spawn(Launch(SUPERVISOR, [sys.executable, "-m", "tools.local.supervisor"], environment=variables))

    def stop(self, *names: str, at_once: bool = False) -> dict[str, Ending]:
        """Stop these processes; `at_once` kills them without asking, as a failing machine would."""
        group = [process for process in self.processes if process.name in names]
        if not group:
            return {}
        endings = end(group, at_once=at_once)
        self._remember(tuple(process for process in self.processes if process.name not in names))
        return endings

    def end_all(self) -> dict[str, Ending]:
        """End all that was started: services first, then what they stand on. What is ephemeral is gone afterwards."""
        foundations = tuple(reversed(self.foundations))
        names = [process.name for process in self.processes]
        endings = self.stop(*(name for name in names if name not in foundations))
        # Brokers of one cluster together: the last one would wait for the others.
        endings |= self.stop(*foundations[:-1], at_once=self.ephemeral)
        endings |= self.stop(foundations[-1], at_once=self.ephemeral)
        if self.ephemeral:
            shutil.rmtree(self.home, ignore_errors=True)
        elif self.home.exists():
            write_state(self.home, State())
            (self.home / "env").unlink(missing_ok=True)
        return endings

    def remove(self) -> None:
        """End all that an earlier command started under this name, and remove what it wrote."""
        self.end_all()
        shutil.rmtree(self.home, ignore_errors=True)

    def require_alive(self) -> None:
        """Say clearly which process ended and how, if one did."""
        for process in self.processes:
            if not process.is_alive():
                raise SaidClearly(f"{process.name} 已退出。{process.log} 的末尾：\n{process.tail()}")

    def is_running(self) -> bool:
        """Return whether anything of it runs."""
        return any(process.is_alive() for process in self.processes)

    def environment(self, service: str, worker: str = FIRST) -> dict[str, str]:
        """Return the variables of a service: LIUHEN_* as deploy/services.yaml says."""
        return self.whereabouts.environment(service, worker)

    def addresses(self) -> dict[str, str]:
        """Return where everything is, as the variables by which commands and scripts find it."""
        return self.whereabouts.addresses()

    def write_addresses(self) -> Path:
        """Write the addresses as a file for `source`; return its path."""
        path = self.home / "env"
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in self.addresses().items()]
        path.write_text("".join(lines), "utf-8")
        return path

    def _choose_ports(self) -> dict[str, int]:
        if self.ephemeral:
            return free_ports([*self.plan.ports(), *broker.port_names(self.settings.brokers)])
        return chosen_ports(self.plan, self.settings)

    def _now(self) -> datetime:
        return Clock.parse(self.clock).now()

    def _make_home(self) -> None:
        if self.is_running():
            raise SaidClearly(f"{self.name} 已在运行，用 liuhen down 结束。")
        if self.layout.replicas > len(self.brokers):
            raise SaidClearly(
                f"LIUHEN_REPLICAS={self.layout.replicas} 多于 LIUHEN_BROKERS={len(self.brokers)}，每份须在不同的节点。"
                f"请把 LIUHEN_REPLICAS 改为不大于 {len(self.brokers)}，或者增加节点。"
            )
        end(self.processes, at_once=True)
        end_orphans()
        for folder in (self.home, self.home / "logs"):
            private(folder)
        if self.certificates is not None:
            certificates.make(self.home / "certificates", (HOST, "localhost"), datetime.now(UTC))
        self.ports = self._choose_ports()
        owner = this_process() if self.ephemeral else None
        write_state(self.home, State(owner=owner, ports=dict(self.ports), clock=self.clock, layout=self.layout))

    def _start_service(self, service: str, worker: str, extra: Mapping[str, str]) -> Started:
        environment = {**self.environment(service, worker), **extra}
        name = service if worker == FIRST else f"{service}-{worker}"
        ready = f"http://{HOST}:{environment['LIUHEN_METRICS_PORT']}/ready"
        command = [sys.executable, "-m", f"services.{service}"]
        return self._spawn(Launch(name, command, environment=environment, ready=ready))

    def _watch(self) -> Launch:
        environment = self.whereabouts.environment_of_watch()
        ready = f"http://{HOST}:{environment['LIUHEN_METRICS_PORT']}/metrics"
        command = [sys.executable, "-m", "tools.watch"]
        return Launch(prometheus.WATCH, command, environment=environment, ready=ready)

    def _spawn_database(self) -> Started:
        return self._spawn(Launch("postgres", self.cluster.command(), stop_signal=signal.SIGINT))

    def _spawn_broker(self, node: Node, properties: Path) -> Started:
        command = broker.command(properties, self.settings.kafka_heap)
        return self._spawn(Launch(node.process, command))

    def _prepare_brokers(self) -> Mapping[Node, Path]:
        if (self.home / "kafka" / "meta.properties").exists() and not (self.secrets / ADMIN).exists():
            raise SaidClearly(
                f"{self.name} 的消息存储早于用户的设立。"
                f"请删除 {self.home / 'kafka'}，或者用 LIUHEN_INSTANCE 换一个名称。"
            )
        return broker.prepare(self.home, self.brokers, secret(self.secrets, ADMIN), self.certificates)

    def _brokers_answer(self) -> bool:
        names = {process.name for process in self.processes if process.is_alive()}
        alive = [node for node in self.brokers if node.process in names]
        listening = not any(ports.is_free(node.port) for node in alive)
        return listening and broker.is_ready(self.broker(ADMIN), len(alive))

    def _spawn(self, launch: Launch) -> Started:
        process = spawn(launch, home=self.home, folder=ROOT)
        self._remember((*self.processes, process))
        return process

    def _remember(self, processes: tuple[Started, ...]) -> None:
        state = read_state(self.home)
        write_state(self.home, state.model_copy(update={"processes": processes, "clock": self.clock}))
        prometheus.write_targets(self.home, self.plan, processes)

    def _await(self, process: Started, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + self.settings.patience
        while not condition():
            if not process.is_alive():
                # Somebody else may have taken one between our look at it and the start.
                ports.require_free(self.ports, self.whereabouts.ports_of(process.name))
                raise SaidClearly(f"{process.name} 一启动就退出了。{process.log} 的末尾：\n{process.tail()}")
            if time.monotonic() > until:
                raise SaidClearly(
                    f"{process.name} 过了 {self.settings.patience:.0f} 秒（LIUHEN_PATIENCE）还没有就绪。"
                    f"{process.log} 的末尾：\n{process.tail()}"
                )
            time.sleep(_LOOK_AGAIN)
