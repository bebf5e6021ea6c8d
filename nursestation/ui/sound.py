"""Whether this computer can make a sound. QtMultimedia is imported late: on a bare Linux it lacks a library."""

from PySide6.QtCore import QCoreApplication


def sound_problem() -> str:
    """Return "" when a sound output is there, else a sentence that says what to do."""
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError as error:
        return f"Qt's sound part cannot be loaded ({error}): on Debian and Ubuntu, apt-get install libpulse0."
    application = QCoreApplication.instance() or QCoreApplication([])
    found = QMediaDevices.audioOutputs()
    del application
    return (
        ""
        if found
        else "No sound output was found: connect a loudspeaker, and keep the bedside monitor's alarm audible."
    )
