"""The engine thread and what flows in and out of it."""
