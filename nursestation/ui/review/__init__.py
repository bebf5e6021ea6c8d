"""Visits that were: found again, looked at, replayed and compared."""
