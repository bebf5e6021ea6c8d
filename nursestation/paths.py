"""Where things lie: shipped resources, and the profile folder that holds one station's settings, record and log."""

from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Return a shipped file or folder ("fonts", "protocols/depression_iv.toml").

    In a wheel `resources` lies inside the package, in a checkout beside it.

    Raises:
        FileNotFoundError: the installation lacks it.
    """
    for base in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        if (base / name).exists():
            return base / name
    raise FileNotFoundError(f"{name} is missing from this installation of Nursestation: install it again")


@dataclass(frozen=True, slots=True)
class Profile:
    """One station's folder."""

    folder: Path

    @classmethod
    def default(cls) -> "Profile":
        """Return the profile of the person who is logged in to this computer."""
        from platformdirs import user_data_path  # late: the first picture waits for this module

        return cls(user_data_path("nursestation", appauthor=False))

    @property
    def settings(self) -> Path:
        """Return the settings file (chairs and their monitors)."""
        return self.folder / "station.toml"

    @property
    def display(self) -> Path:
        """Return the file of what was set on the screen (tiles, waves, dark or light)."""
        return self.folder / "display.toml"

    @property
    def record(self) -> Path:
        """Return the database of all visits."""
        return self.folder / "record.sqlite3"

    @property
    def log(self) -> Path:
        """Return the program's log, which names no patient."""
        return self.folder / "nursestation.log"

    @property
    def protocols(self) -> Path:
        """Return the folder of the clinic's own treatment protocols; they replace shipped ones of the same name."""
        return self.folder / "protocols"

    @property
    def presets(self) -> Path:
        """Return the folder of the clinic's own alarm preset; it replaces the shipped one of the same name."""
        return self.folder / "presets"

    @property
    def wire(self) -> Path:
        """Return the folder of the wire log: the last half hour of raw bytes of every port."""
        return self.folder / "wire"

    @property
    def notes(self) -> Path:
        """Return the folder of notes that commands leave until the record has them."""
        return self.folder / "notes"

    @property
    def exports(self) -> Path:
        """Return where exports go unless another folder is chosen."""
        return self.folder / "exports"

    @property
    def deidentify_key(self) -> Path:
        """Return the clinic's secret key of de-identified exports."""
        return self.folder / "deidentify.key"
