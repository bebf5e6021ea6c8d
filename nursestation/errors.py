"""What can go wrong above the wire.

    NurseStationError
    +-- SettingsError        config/load.py: a file that a person wrote has a mistake
    +-- SetupRefused         assembly.py: chairs and monitors cannot be changed like that
    +-- StoreError           store/errors.py: the record on disk
    +-- NotAllowed           runtime/asking.py: the station refused to have it shown or taken out
    +-- ExportError          export/: a file could not be written, or a session is not there
    |   +-- ExportCancelled  somebody stopped it
    +-- WindowError          app.py: no display, or a library that Qt needs is missing
    +-- RehearsalError       rehearsal.py: the rehearsed visit did not come to its end

Each message is a sentence for the operator that says what to do. Any other exception is a bug.
"""


class NurseStationError(Exception):
    """Base of every error that `nursestation` raises on purpose."""
