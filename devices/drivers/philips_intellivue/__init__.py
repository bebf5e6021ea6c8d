"""Philips IntelliVue patient monitors: Data Export over MIB/RS232, and the same messages over UDP.

The monitor says nothing until a client opens a session (association); then it sends what the client polls.

Rules of the package:
1. Imports go one way: driver, session and numerics, waves, alarms, demographics; then linking, cuff, states; then messages and
   association; then codes, values and frames. The monitor's side uses the layouts and none of the decoding.
2. What comes is decoded by its own ids, whatever was asked: a recording that begins in mid-session decodes as well.
3. Demonstration and test data carry that mode, by the state of the value or of the whole monitor.
4. What an unpublished part of the protocol might mean is not guessed; docs/drivers/philips_intellivue.md lists it.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0, as carried by the public programs mdpnp/mdpnp
(OpenICE), xeonfusion/VSCaptureMP, mindleaving/patient-monitor-datalogger, jaj42/intellipy, Koshsky/Intellivue-api and
deweynuz/DEMO_POLL; recordings of an M8000 published with vinod898/JVSCapture and jaj42/intellipy.
"""

from devices.drivers.philips_intellivue.driver import PhilipsIntelliVue
from devices.drivers.philips_intellivue.monitor import PhilipsIntelliVueMonitor

DRIVER = PhilipsIntelliVue
MONITOR = PhilipsIntelliVueMonitor

__all__ = ["DRIVER", "MONITOR", "PhilipsIntelliVue", "PhilipsIntelliVueMonitor"]
