"""What is left of a snapshot when nothing new comes any more: no number is left standing as if it were live."""

from dataclasses import replace

from nursestation.core.snapshot import ChairSnapshot, Freshness, StationSnapshot

WHY = "Nursestation stopped"


def withered(snapshot: StationSnapshot) -> StationSnapshot:
    """Return `snapshot` with every number blank and no waves.

    A cuff reading stays, grey, with its time; its age goes, which would stand still.
    """
    return replace(snapshot, chairs=tuple(_chair(chair) for chair in snapshot.chairs))


def _chair(chair: ChairSnapshot) -> ChairSnapshot:
    numerics = tuple(
        replace(view, value=None, change=None, others=(), freshness=Freshness.LOST, why_blank=WHY)
        for view in chair.numerics
    )
    return replace(
        chair,
        numerics=numerics,
        waves=(),
        cuff=replace(chair.cuff, is_overdue=True, due_in_s=None, doing="", age_s=None),
    )
