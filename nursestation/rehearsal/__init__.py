"""A whole visit without a person or a screen: simulated monitors on real ptys, the real drivers, engine, store and exports."""

from nursestation.rehearsal.lockstep import RehearsalError
from nursestation.rehearsal.run import rehearse
from nursestation.rehearsal.several import rehearse_all

__all__ = ["RehearsalError", "rehearse", "rehearse_all"]
