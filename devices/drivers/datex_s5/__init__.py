"""GE / Datex-Ohmeda S/5, AS/3, CS/3, Cardiocap/5, B20 to B125 and CARESCAPE B450 to B850: serial "DRI" protocol.

From the bytes up, each module knowing only those before it:

- `framing`: flags, escapes and checksum; `record`: the header and where the subrecords are
- `physiological`, `waves`, `alarms`: what stands where in the three kinds of records
- `requests`: what the host may ask; `asking`: when
- `cuff`, `numerics`: what the monitor's words mean to a nurse
- `decoder`: the host's side; `monitor`: the monitor's side

Rules of the package:
1. The host asks for values, waves and alarms, and stops them. There is no command here that changes anything on the monitor.
2. The protocol tells nothing of the patient's identity: a change of patient cannot be seen.

Source: GE "S/5 Computer Interface Specification", M1017617, and "S/5 System Interface Datex-Ohmeda Record Specification",
8005313, 12th editions (copies in the public repository KaiWU17TUM/icu_devices, used with a B650); recording of a monitor of
level 9 in the public repository JiaXiuSai/VSCapture.
"""

from devices.drivers.datex_s5.decoder import DatexS5
from devices.drivers.datex_s5.monitor import DatexS5Monitor

DRIVER = DatexS5
MONITOR = DatexS5Monitor
