"""Why somebody may not do a thing, as its button says it; no Qt. Who may what is the core's table alone (`core/access.py`)."""

from nursestation.core.access import refused
from nursestation.core.model import Operator

SIGN_IN_FIRST = "Sign in first."


def why_not(operator: Operator | None, asked: type) -> str:
    """Return why who is signed in may not ask a command of this type, as a sentence for them; "" for who may."""
    return SIGN_IN_FIRST if operator is None else refused(operator, asked)
