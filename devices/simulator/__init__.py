"""A simulated patient behind any driver's monitor side, for teaching, rehearsal and tests."""
