"""The roles and schemas of the database: one of each per service, and one that only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable

READER = "liuhen_reader"
"""Reads what services show it (views without personal data), for dashboards."""


def role_statements(roles: Iterable[str], password: Callable[[str], str]) -> list[str]:
    """Return statements that make the roles of a cluster, or set their passwords anew."""
    return [_role(role, password(role)) for role in (*roles, READER)]


def schema_statements(roles: Iterable[str]) -> list[str]:
    """Return statements that make the schemas of a database, each owned by its service alone."""
    own = [f"CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role}" for role in roles]
    return [*own, "REVOKE ALL ON SCHEMA public FROM PUBLIC"]


def _role(role: str, password: str) -> str:
    return f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} LOGIN; END IF;
        END $$;
        ALTER ROLE {role} PASSWORD '{password.replace("'", "''")}';
    """
