"""Nonin pulse oximeters: serial data formats 1, 2, 7, 8 and 13."""

from devices.drivers.nonin.decoder import Nonin
from devices.drivers.nonin.monitor import NoninMonitor

DRIVER = Nonin
MONITOR = NoninMonitor
