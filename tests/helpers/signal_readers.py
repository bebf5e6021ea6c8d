"""What files of signals say, read by programs that are none of ours: `pyedflib` reads EDF+, `vitaldb` reads `.vital`."""

import warnings
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import numpy as np
import pyedflib

from devices.clock import NS_PER_S
from tests.helpers.written_visit import START

with warnings.catch_warnings():
    # WORKAROUND(github.com/MIT-LCP/wfdb-python): what vitaldb imports warns of pandas' future, until wfdb follows pandas 3.1.
    warnings.simplefilter("ignore")
    import vitaldb


@dataclass(frozen=True)
class ReadSignal:
    """A signal of an EDF+ file: its header, and its values with NaN for its digital minimum."""

    header: dict
    values: np.ndarray
    start_s: float

    def at(self, seconds):
        """Return the value at a time [s since check-in]."""
        return self.values[round((seconds - self.start_s) * self.header["sample_frequency"])]


@dataclass(frozen=True)
class ReadEdf:
    """What pyedflib says of a file; `notes` are (onset [s since check-in], duration or None, text)."""

    header: dict
    record_s: float
    signals: dict
    notes: list

    def texts(self):
        """Return the texts of the annotations."""
        return [text for _, _, text in self.notes]

    def absent(self, label):
        """Return the (start, end) [s since check-in] of which a signal says "no data"."""
        return [
            (onset, onset + lasted)
            for onset, lasted, text in self.notes
            if text == f"no data: {label}" or text.startswith(f"no data: {label} (")
        ]


def read_edf(content, folder, utc_offset_s=0):
    """Read an EDF+ file; `utc_offset_s` is that of its local times [s]."""
    path = Path(folder) / "visit.edf"
    path.write_bytes(content)
    with pyedflib.EdfReader(str(path)) as file:
        began_s = file.getStartdatetime().replace(tzinfo=UTC).timestamp() - utc_offset_s
        start_s = began_s - START.utc_ns / NS_PER_S
        signals = {}
        for place, header in enumerate(file.getSignalHeaders()):
            assert header["label"] not in signals
            digital = file.readSignal(place, digital=True)
            values = np.where(digital == header["digital_min"], np.nan, file.readSignal(place))
            signals[header["label"]] = ReadSignal(header, values, start_s)
        notes = [
            (float(onset) + start_s, None if lasted < 0 else float(lasted), str(text))
            for onset, lasted, text in zip(*file.readAnnotations(), strict=True)
        ]
        return ReadEdf(file.getHeader(), file.datarecord_duration, signals, notes)


def read_vital(content, folder):
    """Read a `.vital` file."""
    path = Path(folder) / "visit.vital"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the library leaves the file to the garbage collector
        return vitaldb.VitalFile(str(path))
