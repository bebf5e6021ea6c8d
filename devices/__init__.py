"""Bedside monitors: bytes on a wire in, events out. Knows no window, no store and no visit."""
