"""Every setting of a station, declared once: type, default, range and text. `docs/settings.md` is made from here.

A station's settings are the file `station.toml` in its profile; a key that is not declared here is an error.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.vocabulary import METRICS


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MonitorSettings(_Section):
    """One monitor of a chair, and the port it is on."""

    driver: str = Field(title="Driver", description="Driver name, as `nursestation drivers` lists them.")
    port: str = Field(
        title="Port",
        description="Serial port (/dev/ttyUSB0, COM3), udp://ADDRESS of a monitor on the clinic's network, "
        "tcp://127.0.0.1:PORT, or replay:FILE.",
    )
    usb_serial: str = Field(
        title="USB serial number",
        default="",
        description="USB serial number of the adapter; finds it again under another port name.",
    )
    usb_location: str = Field(
        title="USB socket", default="", description="USB socket of the adapter, used where it has no serial number."
    )
    usb_vid: int | None = Field(
        title="USB vendor", default=None, ge=0, le=0xFFFF, description="USB vendor number of the adapter."
    )
    usb_pid: int | None = Field(
        title="USB product", default=None, ge=0, le=0xFFFF, description="USB product number of the adapter."
    )
    baud: int | None = Field(
        title="Line speed",
        default=None,
        ge=300,
        le=1_000_000,
        description="Line speed; the driver's usual one if left out.",
    )
    data_bits: Literal[7, 8] | None = Field(
        title="Data bits", default=None, description="Data bits; as usual with the driver if left out."
    )
    parity: Literal["none", "even", "odd"] | None = Field(
        title="Parity", default=None, description="Parity; as usual with the driver if left out."
    )
    stop_bits: Literal[1, 2] | None = Field(
        title="Stop bits", default=None, description="Stop bits; as usual with the driver if left out."
    )
    rtscts: bool | None = Field(
        title="Hardware flow control",
        default=None,
        description="Hardware flow control (RTS/CTS); as usual with the driver if left out.",
    )
    receive_only: bool = Field(
        title="Never written to",
        default=False,
        description="Never write to this port, not even the polls a protocol needs.",
    )
    may_start_cuff: bool = Field(
        title="Cuff may be started from the screen",
        default=False,
        description="Let a person start this monitor's cuff from the screen; only where its driver can, and never by itself.",
    )


class ChairSettings(_Section):
    """One chair."""

    number: int = Field(title="Number", ge=1, le=16, description="Number on the chair and on its tile.")
    monitor: tuple[MonitorSettings, ...] = Field(
        title="Monitors", default=(), description="Its monitors; the first that gives a metric is shown."
    )
    prefer: dict[str, str] = Field(
        title="Monitor shown where two give the same",
        default_factory=dict,
        description="Metric name to the driver whose value is shown, where two monitors give it.",
    )
    sound_output: str = Field(
        title="Its loudspeaker",
        default="",
        description="Its own loudspeaker, by the name or id that `nursestation doctor` prints: it sounds when nobody answers an "
        "alarm of this chair. Left out, the station gets louder instead. Restart needed.",
    )
    quiet_sound: Literal["none", "low"] = Field(
        title="What its loudspeaker plays until nobody answers",
        default="none",
        description="What that loudspeaker plays of an alarm until then: nothing, or the alarm softly.",
    )

    @model_validator(mode="after")
    def _check(self) -> "ChairSettings":
        drivers = [monitor.driver for monitor in self.monitor]
        if len(set(drivers)) != len(drivers):
            raise ValueError(f"chair {self.number} has two monitors with the same driver")
        for metric, driver in self.prefer.items():
            if metric not in METRICS:
                raise ValueError(f"chair {self.number} prefers a monitor for {metric!r}, which is no metric")
            if driver not in drivers:
                raise ValueError(f"chair {self.number} prefers {driver!r} for {metric}, but has no such monitor")
        return self


class BackupSettings(_Section):
    """Copies of the record."""

    folder: str = Field(
        title="Folder of backups",
        default="",
        description="Folder that backups go to, on another drive than the record; it must be there, Nursestation never makes it. "
        "Without one no backup is made. Restart needed, as for all of this section.",
    )
    every_h: int = Field(
        title="Hours between two backups",
        default=24,
        ge=1,
        le=744,
        description="Hours between two backups. One that is due waits for a time without an infusion, for up to 8 hours.",
    )
    keep: int = Field(
        title="Backups that are kept",
        default=14,
        ge=1,
        le=1000,
        description="How many backups of this record stay in the folder; the oldest go.",
    )
    tell_after_days: int = Field(
        title="Days without a backup until it is told",
        default=2,
        ge=1,
        le=60,
        description="After how many days without a backup the screen says so.",
    )


class RetentionSettings(_Section):
    """How long visits are kept."""

    keep_years: int | None = Field(
        title="Years that visits are kept",
        default=None,
        ge=1,
        le=100,
        description="After so many years a visit is listed as over its time, and a lead nurse may purge it; nothing is ever "
        "purged by itself. Left out, visits are kept for ever.",
    )


class DiskSettings(_Section):
    """Room for the record."""

    early_h: int = Field(
        title="Hours of room left, first warning",
        default=24,
        ge=1,
        le=8760,
        description="Below so many hours of recording left on the disk the screen says so.",
    )
    late_h: int = Field(
        title="Hours of room left, second warning",
        default=4,
        ge=1,
        le=8760,
        description="Below so many hours it says so with a higher priority; at most `early_h`.",
    )

    @model_validator(mode="after")
    def _check(self) -> "DiskSettings":
        if self.late_h > self.early_h:
            raise ValueError("late_h is above early_h: the later warning comes with less room")
        return self


Milliseconds = Annotated[int, Field(ge=10, le=1000)]


class StationSettings(_Section):
    """The station."""

    clinic: str = Field(
        title="Clinic's name", default="", description="Name printed on reports and on what patients take home."
    )
    clinic_phone: str = Field(
        title="Clinic's telephone on papers",
        default="",
        description="Number that patients call with a question; printed on their instructions.",
    )
    emergency_phone: str = Field(
        title="Emergency telephone on papers",
        default="",
        description="Number that patients call in an emergency; printed on their instructions.",
    )
    theme: Literal["dark", "light"] = Field(
        title="Dark or light", default="dark", description="Dark for dim rooms, light for the desk."
    )
    paper: Literal["a4", "letter"] = Field(title="Paper", default="letter", description="Paper of printed reports.")
    frame_ms: Milliseconds = Field(
        title="Milliseconds between two pictures",
        default=17,
        description="Time between two pictures; 33 on a weak computer. Restart needed.",
    )
    wire_log: bool = Field(
        title="Raw bytes of monitors are kept for half an hour",
        default=True,
        description="Keep the last half hour of raw bytes of every port in the profile, for support. Restart needed.",
    )
    lock_after_min: int = Field(
        title="Minutes without a touch until the station locks itself",
        default=10,
        ge=0,
        le=240,
        description="After how many minutes without a touch the station locks itself; 0 for never. Numbers and alarms stay. "
        "Restart needed.",
    )
    sound_output: str = Field(
        title="Loudspeaker",
        default="",
        description="The station's loudspeaker, by the name or id that `nursestation doctor` prints; the computer's usual one if "
        "left out. Restart needed.",
    )
    sound_volume: int = Field(
        title="How loud alarms are, of 10",
        default=8,
        ge=1,
        le=10,
        description="How loud the station's alarms are, in steps of 3 dB; 10 is full. At 10 the station cannot get louder for a "
        "chair that nobody answers. Restart needed.",
    )
    backup: BackupSettings = Field(default=BackupSettings(), description="Copies of the record.")
    retention: RetentionSettings = Field(default=RetentionSettings(), description="How long visits are kept.")
    disk: DiskSettings = Field(default=DiskSettings(), description="When too little room for the record is told.")
    chair: tuple[ChairSettings, ...] = Field(default=(), description="The chairs, one [[chair]] each.")

    @model_validator(mode="after")
    def _check(self) -> "StationSettings":
        numbers = [chair.number for chair in self.chair]
        if len(set(numbers)) != len(numbers):
            raise ValueError("two chairs have the same number")
        places = [
            ("the station", self.sound_output),
            *((f"chair {chair.number}", chair.sound_output) for chair in self.chair),
        ]
        owners: dict[str, str] = {}
        for place, name in places:
            if name and name in owners:
                raise ValueError(f"{owners[name]} and {place} have the same sound_output: each needs one of its own")
            owners[name] = place
        return self
