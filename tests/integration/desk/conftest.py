"""What tests of the desk's door on real parts share."""

from __future__ import annotations

import pytest

from rulebook import Policy, load_policy
from tools.layout import POLICY


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The policy that is shipped."""
    return load_policy(POLICY)
