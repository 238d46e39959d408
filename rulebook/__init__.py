"""The policy of a district as data: typed, validated, looked up by pure functions."""

from rulebook.codes import (
    Audience,
    DepartmentKind,
    OwedBy,
    Passing,
    Role,
    Start,
    Step,
    Unit,
)
from rulebook.directory import Category, Department, Hours, Office, Outside, Person, Street, VisitingUnit
from rulebook.limits import Budget, Limit, Limits, Span
from rulebook.load import load_policy, validate
from rulebook.policy import Policy
from rulebook.problems import PolicyError, Problem
from rulebook.responsibility import Assignment, Rule, Supporting, Undetermined, locate, responsible
from rulebook.rules import Ground, Rung, Template

__all__ = [
    "Assignment",
    "Audience",
    "Budget",
    "Category",
    "Department",
    "DepartmentKind",
    "Ground",
    "Hours",
    "Limit",
    "Limits",
    "Office",
    "Outside",
    "OwedBy",
    "Passing",
    "Person",
    "Policy",
    "PolicyError",
    "Problem",
    "Role",
    "Rule",
    "Rung",
    "Span",
    "Start",
    "Step",
    "Street",
    "Supporting",
    "Template",
    "Undetermined",
    "Unit",
    "VisitingUnit",
    "load_policy",
    "locate",
    "responsible",
    "validate",
]
