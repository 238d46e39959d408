"""What tools may use of intake: the receipt of a submission, how a record is read, how a fault of a field is said.

It is pure. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from services.intake.core.numbers import receipt_of
from services.intake.core.reading import Reading, read
from services.intake.core.refusals import of_validation

__all__ = ["Reading", "of_validation", "read", "receipt_of"]
