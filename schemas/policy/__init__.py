"""The policy of a district as data: typed, validated, looked up by pure functions."""

from schemas.policy.codes import (
    TEMPLATE_VARIABLES,
    Audience,
    DepartmentKind,
    GroundFor,
    Owner,
    Passing,
    Role,
    Start,
    StartsOn,
    Step,
    Unit,
)
from schemas.policy.directory import Category, Department, Hours, Office, Outside, Person, Street, VisitingUnit
from schemas.policy.limits import Budget, Limit, Limits, Span
from schemas.policy.load import load_policy, validate
from schemas.policy.policy import Policy
from schemas.policy.problems import PolicyError, Problem
from schemas.policy.responsibility import Assignment, Rule, Supporting, Undetermined, locate, responsible
from schemas.policy.rules import Ground, Rung, Template

__all__ = [
    "TEMPLATE_VARIABLES",
    "Assignment",
    "Audience",
    "Budget",
    "Category",
    "Department",
    "DepartmentKind",
    "Ground",
    "GroundFor",
    "Hours",
    "Limit",
    "Limits",
    "Office",
    "Outside",
    "Owner",
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
    "StartsOn",
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
