"""The ketamine visit: vitals, gates, clocks, BP spikes, discharge to a driver, and the record of it all."""

__version__ = "0.1.0"
