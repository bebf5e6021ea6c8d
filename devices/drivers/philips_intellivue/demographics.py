"""Who is admitted on the monitor.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (patient demographics object).
"""

from devices.drivers.philips_intellivue.codes import Attribute
from devices.drivers.philips_intellivue.linking import WholeResult
from devices.drivers.philips_intellivue.messages import Attributes
from devices.drivers.philips_intellivue.values import decode_text
from devices.events import AdmissionState, DevicePatient, DriverEvent

STATES = {
    0: AdmissionState.NONE,
    1: AdmissionState.PRE_ADMITTED,
    2: AdmissionState.ADMITTED,
    8: AdmissionState.DISCHARGED,
}
"""Patient state to what it means."""


class Demographics:
    """Who was told last. Identity counts only while the monitor says that the patient is admitted."""

    def __init__(self) -> None:
        self._told: tuple[AdmissionState, str | None, str | None] | None = None

    def forget_session(self) -> None:
        """Tell again who is there: after an interruption it may be somebody else."""
        self._told = None

    def decode(self, out: list[DriverEvent], result: WholeResult, now_ns: int) -> None:
        """Tell who is admitted, when that has changed.

        Args:
            out: Takes the event.
            result: The result of a poll of demographics.
            now_ns: Arrival, monotonic [ns].

        Raises:
            Malformed: A string is cut off.
        """
        for item in result.objects:
            raw = item.attributes.get(Attribute.PATIENT_STATE)
            if raw is None:
                continue
            admission = STATES.get(int.from_bytes(raw, "big"), AdmissionState.UNKNOWN)
            patient_id = name = None
            if admission is AdmissionState.ADMITTED:
                patient_id = _text(item.attributes, Attribute.PATIENT_ID)
                names = (_text(item.attributes, a) for a in (Attribute.GIVEN_NAME, Attribute.FAMILY_NAME))
                name = " ".join(part for part in names if part) or None
            if self._told != (admission, patient_id, name):
                self._told = admission, patient_id, name
                out.append(DevicePatient(t_ns=now_ns, admission=admission, patient_id=patient_id, name=name))


def _text(attributes: Attributes, attribute: int) -> str | None:
    raw = attributes.get(attribute)
    return (decode_text(raw) if raw else "") or None
