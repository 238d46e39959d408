"""What a system finds when it starts: tables, logins, topics and the rights to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from chassis.broker import Broker
from rulebook import Policy
from rulebook.codes import Role
from schemas import registry
from schemas.layout import Layout
from schemas.principals import principals
from tools.local import broker
from tools.local.database import Cluster, run_apart
from tools.local.plan import Plan
from tools.prepare import quotas, rights, topics
from tools.prepare.database import prepare_database
from tools.prepare.logins import prepare_trial, trial_token
from tools.prepare.roles import OWNER, logins
from tools.prepare.secrets import write_secret


def prepare_tables(cluster: Cluster, plan: Plan, dsn: Callable[[str], str], now: datetime) -> None:
    """Make the database with its roles, and each service's schema in it as the newest migration leaves it."""
    cluster.write_passwords((OWNER, *logins(plan.services)))
    cluster.create_database(plan.postgres.database)
    run_apart(lambda: prepare_database(dsn, plan.services, now, cluster.password))


def prepare_logins(policy: Policy, now: datetime, secrets: Path, login: Path) -> None:
    """Give everybody of the policy a token; `login` gets that of whoever types commands: the first who dispatches."""
    desks = [f"department.{each.code}" for each in policy.departments]
    prepare_trial(secrets, [*(each.id for each in policy.office.people), *desks])
    dispatching = policy.with_role(Role.DISPATCHER, now)
    operator = next(iter((*dispatching, *policy.office.people)))
    write_secret(login, trial_token(secrets, operator.id))


def prepare_topics(admin: Broker, departments: Sequence[str], layout: Layout, secrets: Path) -> None:
    """Make topics, users, rights and quotas what the registry says."""
    with ThreadPoolExecutor(3) as both:
        woken = both.submit(broker.wake_coordinator, admin)
        applied = both.submit(topics.apply, admin, registry.topics(departments, layout))
        everybody = principals(departments, layout)
        bounded = both.submit(quotas.make_true, admin, everybody)
        rights.make_true(admin, everybody, secrets)
        bounded.result()
        woken.result()
        applied.result()
