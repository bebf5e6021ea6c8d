"""From the groups of a physiological record to numbers and states for the nurse.

Rules of the file:
1. Off or without a sensor is told as such with every record, once the module has been there. A module that was never there is
   passed over: another monitor of the chair may measure the same.
2. `hr` is of the source that is selected on the monitor: it is the heart rate only when that source is the ECG. From the pleth it
   is a pulse rate, told when the oximeter gives none; from an invasive pressure it is counted as unknown. A rate that the
   monitor sends while it names no source, or together with asystole, is questionable; with all electrodes off it is none.
3. A rate of 0 is none, and so are CO2 numbers of 0 while no breath is found (apnoea): the alarm or the state tells.
4. CO2 is in percent; in mmHg it is percent of the ambient pressure that the same record tells. In "wet gas" mode the monitor's
   own display differs by water vapour: the number is questionable then. Without the pressure there is no number.
5. Each probe with a number is a `temp` of its own, its site beside it, and told as blank when its number goes. Skin, surface, the
   heart's muscle and a probe without a site are not known to be the body's temperature: questionable. Airway and room are not
   the patient's: counted.
6. ST is told in 1/100 mm at 10 mm/mV.
7. Whatever has a number and no place in our vocabulary is counted under the document's names.

Source: "S/5 System Interface Datex-Ohmeda Record Specification", 8005313, physiological data; treatment: project decision.
"""

from collections.abc import Mapping

from devices.drivers.datex_s5.alarms import Told
from devices.drivers.datex_s5.physiological import ABOVE_RANGE, BELOW_RANGE, Group
from devices.events import DriverEvent, SensorStatus, Validity
from devices.making import reading
from devices.readings import Statuses, Unknown

LEADS = {1: "I", 2: "II", 3: "III", 4: "aVR", 5: "aVL", 6: "aVF", 7: "V"}

ASYSTOLE = 1 << 2
NOISE, ARTEFACT, LEARNING = 1 << 7, 1 << 8, 1 << 9
CHANNEL_OFF = (1 << 11, 1 << 12, 1 << 13)
_SOURCE_SHIFT, _SOURCE_MASK = 3, 0x0F
FROM_NOTHING, FROM_ECG, FROM_PLETH, FROM_ECG_MORTARA, FROM_PLETH2 = 0, 1, 6, 9, 12
_ECG_SOURCES = (FROM_ECG, FROM_ECG_MORTARA)
_PLETH_SOURCES = {FROM_PLETH: "pleth", FROM_PLETH2: "second pleth"}
_ST_STEPS_PER_MV = 1000  # 1/100 mm at 10 mm/mV

APNOEA_CO2, CO2_CALIBRATING, CO2_ZEROING = 1 << 2, 1 << 3, 1 << 4
OCCLUSION, AIR_LEAK, APNOEA_RESP, APNOEA_ALARM_OFF, WET_GAS = (1 << bit for bit in range(5, 10))
_RATE_SOURCE_MASK, _RATE_FROM_CO2 = 0x07, 1
_LEVEL_WITH_CO2_RATE = 8
_AMBIENT_LOW, _AMBIENT_HIGH = 4000, 11000  # 1/10 mmHg: from 5,000 m above the sea to a pressure chamber
_STEPS_PER_MMHG = 100_000  # 1/100 % of 1/10 mmHg

PRESSURE_LABELS = ("none", "ART", "CVP", "PA", "RAP", "RVP", "LAP", "ICP", "ABP", "P1", "P2", "P3", "P4", "P5", "P6")
_ARTERIAL = (1, 8)
ZEROING, ZEROED = 1 << 2, 1 << 3

_SITES = (
    *(
        "",
        "oesophagus",
        "nasopharynx",
        "tympanic",
        "rectal",
        "bladder",
        "axilla",
        "skin",
        "airway",
        "room",
        "heart muscle",
    ),
    *("T1", "T2", "T3", "T4", "core", "surface", "T5", "T6"),
)
_BODY_SITES = frozenset((1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 17, 18))
_DOUBTED_SITES = frozenset((0, 7, 10, 16))
_PROBES = ("t1", "t2", "t3", "t4", "t5", "t6")

_USED = {
    "ecg": ("hr", "st1", "st2", "st3", "imp_rr"),
    "nibp": ("sys", "dia", "mean", "hr"),
    "SpO2": ("SpO2", "pr"),
    "SpO2_2": ("SpO2", "pr"),
    "CO2": ("et", "fi", "rr", "amb_press"),
    **dict.fromkeys(_PROBES, ("temp",)),
}
"""Fields with a place in the vocabulary; what is left of them is counted where it is decided."""


class Numerics:
    """Makes events of groups, and keeps what the waves need to know of them.

    Attributes:
        leads: Lead of each ECG channel, "" where it is not known.
        mmhg_per_step: mmHg of one step of the CO2 wave; None when the ambient pressure is not known.
        arterial: Label of each pressure group that measures an artery now.
        lead_off: What the newest ECG wave says of its electrodes; set by whoever reads the waves.
    """

    def __init__(self, statuses: Statuses, unknown: Unknown) -> None:
        """Make one that tells states through `statuses` and counts in `unknown`."""
        self.leads = ["", "", ""]
        self.mmhg_per_step: float | None = None
        self.arterial: dict[str, str] = {}
        self.lead_off = False
        self._statuses = statuses
        self._unknown = unknown
        self._known: set[str] = set()
        self._sites: dict[str, str] = {}  # of the probes that have had a number

    def forget(self) -> None:
        """Start over as after a reconnect."""
        self.leads = ["", "", ""]
        self.mmhg_per_step = None
        self.arterial.clear()
        self.lead_off = False
        self._known.clear()
        self._sites.clear()

    def is_told(self, name: str, group: Group) -> bool:
        """Say whether a group is to be told: its module is there, or has been."""
        if group.exists:
            self._known.add(name)
        return name in self._known

    def tell_basic(
        self, out: list[DriverEvent], groups: Mapping[str, Group], level: int, device_time: str, now_ns: int
    ) -> None:
        """Tell the basic class, the cuff aside."""
        ecg, spo2, co2 = groups["ecg"], groups["SpO2"], groups["CO2"]
        if self.is_told("ecg", ecg):
            self._tell_ecg(out, ecg, spo2, bool(co2.status & APNOEA_RESP), device_time, now_ns)
        if self.is_told("SpO2", spo2):
            self._tell_spo2_state(out, spo2, now_ns)
            self._tell_spo2(out, spo2, "oximeter", device_time, now_ns)
        if self.is_told("CO2", co2):
            self._tell_co2(out, co2, level, device_time, now_ns)
        self._tell_pressures(out, groups, device_time, now_ns)
        self._count_rest(groups)

    def tell_ext1(self, out: list[DriverEvent], groups: Mapping[str, Group], device_time: str, now_ns: int) -> None:
        """Tell the first extension, arrhythmias and temperatures aside."""
        second = groups["SpO2_2"]
        if second.is_active or "SpO2_2" in self._known:
            self._known.add("SpO2_2")
            self._tell_spo2(out, second, "second oximeter", device_time, now_ns)
        self._tell_pressures(out, groups, device_time, now_ns)
        self._count_rest(groups)

    def tell_temperature(
        self, out: list[DriverEvent], groups: Mapping[str, Group], device_time: str, now_ns: int
    ) -> None:
        """Tell the temperatures; `groups` are those of all classes of the record."""
        probes = {name: groups[name] for name in _PROBES if name in groups}
        there = [probe for name, probe in probes.items() if self.is_told(name, probe)]
        is_told = has_number = False
        for name, probe in probes.items():
            if probe.is_active and probe.number("temp") is not None:
                if probe.label not in _BODY_SITES | _DOUBTED_SITES:
                    self._unknown.count(f"{name} temp ({_site(probe) or 'no site'})")
                    continue
                self._sites[name] = _site(probe) or name.upper()
            site = self._sites.get(name)
            if site is None:
                continue
            step, validity = probe.number("temp"), probe.validity("temp")
            if validity is Validity.VALID and probe.label in _DOUBTED_SITES:
                validity = Validity.QUESTIONABLE
            value = None if step is None else step / 100
            told = reading("temp", value, now_ns, validity, source=site, device_time=device_time)
            is_told, has_number = True, has_number or told.value is not None
            out.append(told)
        if has_number:
            self._statuses.tell(out, "temp", SensorStatus.OK, "measuring", now_ns)
            return
        if not there or "t1" not in groups:
            return  # a record without the basic class says nothing of its probes
        codes = {probe.values["temp"] for probe in there if probe.is_active}
        validity = Validity.UNAVAILABLE
        if not codes:
            self._statuses.tell(out, "temp", SensorStatus.STOPPED, "temperature is off on the monitor", now_ns)
        elif codes & {BELOW_RANGE, ABOVE_RANGE}:
            validity = Validity.INVALID
            self._statuses.tell(out, "temp", SensorStatus.SENSOR_OFF, "out of range, or no thermometer", now_ns)
        else:
            self._statuses.tell(out, "temp", SensorStatus.SENSOR_OFF, "no body temperature", now_ns)
        if not is_told:
            out.append(reading("temp", None, now_ns, validity, device_time=device_time))

    def tell_ecg_state(self, out: list[DriverEvent], ecg: Group, now_ns: int) -> None:
        """Tell what the ECG is doing."""
        status, text = self._ecg_state(ecg)
        self._statuses.tell(out, "ecg", status, text, now_ns)

    def tell_lead_off(self, out: list[DriverEvent], is_off: bool, now_ns: int) -> None:
        """Take what the newest ECG wave says of its electrodes; an end of it shows in the next record of numbers."""
        self.lead_off = is_off
        if is_off:
            self._statuses.tell(out, "ecg", SensorStatus.SENSOR_OFF, "ECG lead off", now_ns)

    def _ecg_state(self, ecg: Group) -> tuple[SensorStatus, str]:
        if not ecg.exists:
            return SensorStatus.UNPLUGGED, "no ECG module"
        if not ecg.is_active:
            return SensorStatus.STOPPED, "ECG is off on the monitor"
        if self.lead_off or _is_all_off(ecg):
            return SensorStatus.SENSOR_OFF, "ECG lead off"
        if ecg.status & ASYSTOLE:
            return SensorStatus.OK, "asystole"
        if ecg.status & LEARNING:
            return SensorStatus.CALIBRATING, "learning the rhythm"
        if ecg.status & (NOISE | ARTEFACT):
            return SensorStatus.OK, "noise or movement on the ECG"
        if _rate_source(ecg) not in (FROM_NOTHING, *_ECG_SOURCES):
            return SensorStatus.OK, "the monitor takes its heart rate from the pulse, not from the ECG"
        return SensorStatus.OK, "measuring"

    def _tell_ecg(
        self, out: list[DriverEvent], ecg: Group, spo2: Group, is_apnoea: bool, device_time: str, now_ns: int
    ) -> None:
        self.leads = [LEADS.get(ecg.label >> shift & 0x0F, "") for shift in (8, 4, 0)]
        self.tell_ecg_state(out, ecg, now_ns)
        source = _rate_source(ecg)
        may_be_ecg = source in (FROM_NOTHING, *_ECG_SOURCES) and not _is_all_off(ecg)
        validity = ecg.validity("hr") if may_be_ecg else Validity.UNAVAILABLE
        doubts = ecg.status & (ASYSTOLE | NOISE | ARTEFACT | LEARNING) or source == FROM_NOTHING
        if validity is Validity.VALID and doubts:
            validity = Validity.QUESTIONABLE
        rate = ecg.number("hr") or None
        out.append(reading("heart_rate", rate, now_ns, validity, source="ecg", device_time=device_time))
        if rate is not None and ecg.is_active and source not in (FROM_NOTHING, *_ECG_SOURCES):
            if source not in _PLETH_SOURCES:
                self._unknown.count(f"ecg hr (from source {source}, not the ECG)")
            elif not (spo2.is_active and spo2.number("pr")):
                pleth = _PLETH_SOURCES[source]
                out.append(reading("pulse_rate", rate, now_ns, source=pleth, device_time=device_time))
        for field, channel_off, lead in zip(("st1", "st2", "st3"), CHANNEL_OFF, self.leads, strict=True):
            is_off = bool(ecg.status & channel_off)
            if not is_off:
                self._known.add(field)
            if field in self._known:
                step = ecg.number(field)
                millivolts = None if step is None else step / _ST_STEPS_PER_MV
                validity = Validity.UNAVAILABLE if is_off else ecg.validity(field)
                out.append(reading("st", millivolts, now_ns, validity, source=lead or field, device_time=device_time))
        breaths = ecg.number("imp_rr") or None
        validity = Validity.UNAVAILABLE if is_apnoea else ecg.validity("imp_rr")
        out.append(reading("resp_rate", breaths, now_ns, validity, source="impedance", device_time=device_time))

    def _tell_spo2_state(self, out: list[DriverEvent], spo2: Group, now_ns: int) -> None:
        if not spo2.exists:
            status, text = SensorStatus.UNPLUGGED, "no SpO₂ module"
        elif not spo2.is_active:
            status, text = SensorStatus.STOPPED, "SpO₂ is off on the monitor"
        elif not spo2.number("SpO2"):
            status, text = SensorStatus.SENSOR_OFF, "no finger sensor, or searching"
        else:
            status, text = SensorStatus.OK, "measuring"
        self._statuses.tell(out, "spo2", status, text, now_ns)

    def _tell_spo2(self, out: list[DriverEvent], spo2: Group, source: str, device_time: str, now_ns: int) -> None:
        step = spo2.number("SpO2") or None
        percent = None if step is None else step / 100
        for metric, field, value in (("spo2", "SpO2", percent), ("pulse_rate", "pr", spo2.number("pr") or None)):
            validity = spo2.validity(field)
            out.append(reading(metric, value, now_ns, validity, source=source, device_time=device_time))

    def _tell_co2(self, out: list[DriverEvent], co2: Group, level: int, device_time: str, now_ns: int) -> None:
        ambient = co2.number("amb_press") if co2.is_active else None
        is_known = ambient is not None and _AMBIENT_LOW <= ambient <= _AMBIENT_HIGH
        factor = ambient / _STEPS_PER_MMHG if ambient is not None and is_known else None
        self.mmhg_per_step = factor
        self._tell_co2_state(out, co2, is_known, now_ns)
        is_apnoea = bool(co2.status & APNOEA_CO2)
        for metric, field in (("etco2", "et"), ("fico2", "fi"), ("resp_rate", "rr")):
            if field == "rr" and level < _LEVEL_WITH_CO2_RATE and co2.label & _RATE_SOURCE_MASK != _RATE_FROM_CO2:
                continue  # the impedance's rate, which the ECG group tells
            number = co2.number(field)
            if number == 0 and field != "fi":
                number = None
            validity = co2.validity(field)
            if validity is Validity.VALID:
                validity = _co2_validity(co2.status, is_apnoea)
            value: float | None = number
            if field != "rr" and number is not None:
                if factor is None and validity in (Validity.VALID, Validity.QUESTIONABLE):
                    validity = Validity.INVALID
                if validity is Validity.VALID and co2.status & WET_GAS:
                    validity = Validity.QUESTIONABLE
                value = round(number * (factor or 0.0), 2)
            out.append(reading(metric, value, now_ns, validity, source="co2", device_time=device_time))

    def _tell_co2_state(self, out: list[DriverEvent], co2: Group, knows_ambient: bool, now_ns: int) -> None:
        status = co2.status
        if not co2.exists:
            told, text = SensorStatus.UNPLUGGED, "no CO₂ module"
        elif not co2.is_active:
            told, text = SensorStatus.STOPPED, "CO₂ is off on the monitor"
        elif status & OCCLUSION:
            told, text = SensorStatus.BLOCKED, "CO₂ line blocked"
        elif status & (CO2_CALIBRATING | CO2_ZEROING):
            told, text = SensorStatus.CALIBRATING, "zeroing" if status & CO2_ZEROING else "calibrating"
        elif status & APNOEA_CO2:
            off = "; the monitor's apnoea alarm is off" if status & APNOEA_ALARM_OFF else ""
            told, text = SensorStatus.SEARCHING, f"apnoea: no breath in the CO₂{off}"
        elif status & AIR_LEAK:
            told, text = SensorStatus.OK, "air leak in the CO₂ line"
        elif not knows_ambient:
            told, text = SensorStatus.STOPPED, "CO₂ cannot be told in mmHg: the monitor gives no ambient pressure"
        else:
            told, text = SensorStatus.OK, "measuring"
        self._statuses.tell(out, "co2", told, text, now_ns)

    def _tell_pressures(
        self, out: list[DriverEvent], groups: Mapping[str, Group], device_time: str, now_ns: int
    ) -> None:
        for name, group in groups.items():
            if name not in _PRESSURES:
                continue
            is_arterial = group.label in _ARTERIAL
            has_numbers = any(group.number(field) is not None for field in ("sys", "dia", "mean"))
            is_ready = has_numbers and bool(group.status & ZEROED) and not group.is_active
            if is_arterial and group.is_active and not group.status & ZEROING:
                self.arterial[name] = PRESSURE_LABELS[group.label]
            else:
                self.arterial.pop(name, None)
            if is_arterial and (group.is_active or is_ready or name in self._known):
                self._known.add(name)
                source = PRESSURE_LABELS[group.label]
                for metric, field in (("art_sys", "sys"), ("art_dia", "dia"), ("art_mean", "mean")):
                    step = group.number(field)
                    validity = Validity.CALIBRATING if group.status & ZEROING else group.validity(field)
                    if step is not None and is_ready:
                        # A zeroed transducer with numbers whose channel is not marked as measuring: no document says
                        # what that means. Shown with doubt, for neither word outweighs the other.
                        validity = Validity.QUESTIONABLE
                    value = None if step is None else step / 100
                    out.append(reading(metric, value, now_ns, validity, source=source, device_time=device_time))
            if group.is_active:
                label = PRESSURE_LABELS[group.label] if group.label < len(PRESSURE_LABELS) else "no label"
                for field in ("hr",) if is_arterial else group.values:
                    if group.number(field) is not None:
                        self._unknown.count(f"{name} {field} ({label})")

    def _count_rest(self, groups: Mapping[str, Group]) -> None:
        for name, group in groups.items():
            if group.is_active and name not in _PRESSURES:
                used = _USED.get(name, ())
                for field in group.values:
                    if field not in used and group.number(field) is not None:
                        self._unknown.count(f"{name} {field}")


_PRESSURES = frozenset(("p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"))


def bit_alarms(ecg: Group, co2: Group) -> dict[str, Told]:
    """Return what the status bits of the basic class call an alarm, by code: text, and no priority.

    Where the monitor's own alarm of apnoea is switched off, the bit is a state and no alarm.
    """
    found: dict[str, Told] = {}
    if ecg.is_active and ecg.status & ASYSTOLE:
        found["asystole"] = ("asystole", None)
    if not co2.status & APNOEA_ALARM_OFF:
        if co2.is_active and co2.status & APNOEA_CO2:
            found["apnoea_co2"] = ("apnoea (CO₂)", None)
        if ecg.is_active and co2.status & APNOEA_RESP:
            found["apnoea_resp"] = ("apnoea (impedance)", None)
    return found


def _co2_validity(status: int, is_apnoea: bool) -> Validity:
    if status & (CO2_CALIBRATING | CO2_ZEROING):
        return Validity.CALIBRATING
    if status & OCCLUSION:
        return Validity.INVALID
    if is_apnoea:
        return Validity.UNAVAILABLE
    return Validity.QUESTIONABLE if status & AIR_LEAK else Validity.VALID


def _rate_source(ecg: Group) -> int:
    return ecg.status >> _SOURCE_SHIFT & _SOURCE_MASK


def _is_all_off(ecg: Group) -> bool:
    return all(ecg.status & off for off in CHANNEL_OFF)


def _site(probe: Group) -> str:
    return _SITES[probe.label] if probe.label < len(_SITES) else ""
