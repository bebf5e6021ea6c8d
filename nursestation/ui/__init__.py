"""The window: the only part that knows Qt. Widgets render frozen views and emit wishes; they decide nothing.

Rule of the file: Python's own import is put back before anything else is imported (docs/adr/0029).
"""

import builtins

import PySide6  # noqa: F401  it puts an import of its own in the place of Python's, and keeps that under another name

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
