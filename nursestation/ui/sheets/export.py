"""Taking a session out of the building: which file, into which folder. The program writes it; the sheet only asks."""

from pathlib import Path

from PySide6.QtCore import QDir, QModelIndex, Signal, Slot
from PySide6.QtWidgets import QFileSystemModel, QStackedWidget, QTreeView, QWidget

from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.export.formats import FORMATS
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, TextField
from nursestation.ui.layouts import labelled, row
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import export_holds, export_name

_TREE_HEIGHT = 200
_FIRST = next(iter(FORMATS))


class ExportSheet(Sheet):
    """Format and folder; the file's name holds the session's number and no word about the patient.

    Signals:
        export_requested: Session id, format (a key of `FORMATS`) and path of the file to write (`Path`).
    """

    export_requested = Signal(str, str, object)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__("export", self.tr("Export this session"), self.tr("Save the file"), ButtonKind.PRIMARY, parent)
        self._session = ""
        self._told = ""
        offered = [(one.name, one.title) for one in FORMATS.values()]
        self._formats = Choices("export_format", self.tr("File"), offered, flow=True)
        self._holds = QStackedWidget()  # as high as the longest of its sentences: nothing below moves with the choice
        for name in FORMATS:
            self._holds.addWidget(
                Label(export_holds(name), Text.CAPTION, Tone.SOFT, object_name=f"export_holds_{name}", wrap=True)
            )
        self._folder = TextField("export_folder", self.tr("Folder"))
        self._folder.setText(str(folder))
        self._browse = Button(
            self.tr("Folders"), "export_browse", tip=self.tr("Show or hide the folders of this computer")
        )
        self._browse.setCheckable(True)
        self._tree = QTreeView()
        self._tree.setObjectName("export_tree")
        self._tree.setAccessibleName(self.tr("Folders of this computer"))
        self._tree.setMinimumHeight(_TREE_HEIGHT)
        self._tree.hide()
        self._file = Label(tone=Tone.SOFT, object_name="export_file", wrap=True)
        self._build_body()
        self.first = self._folder
        self._formats.chosen.connect(self._look)
        self._folder.textChanged.connect(self._look)
        self._browse.toggled.connect(self._show_folders)
        self._formats.choose(_FIRST)
        self._look()

    def _build_body(self) -> None:
        self.body.addLayout(labelled(self.tr("File"), self._formats))
        self.body.addWidget(self._holds)
        line = row()
        line.addWidget(self._folder, 1)
        line.addWidget(self._browse)
        holder = QWidget()
        holder.setLayout(line)
        self.body.addLayout(labelled(self.tr("Folder"), holder))
        self.body.addWidget(self._tree, 1)
        self.body.addWidget(self._file)
        self.body.addWidget(
            Label(
                self.tr("The file tells of a patient. Keep it where the clinic keeps records."),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        self.body.addStretch()

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Take the visit's session."""
        self._session = visit.session
        self._look()

    def clear(self) -> None:
        """Forget what was told about the last file; the folder stays for the next one."""
        self._told = ""

    def exported(self, path: Path) -> None:
        """Say that the file has been written."""
        self._told = self.tr("Saved as {}").format(path)
        self.say(self._told, Tone.GOOD)

    def refused(self, reason: str) -> None:
        """Say why the file could not be written."""
        self._told = reason
        self.say(reason, Tone.WARN)

    def send(self) -> None:
        """Ask for the file."""
        if self._problem():
            return
        self._told = self.tr("Writing the file…")
        self.say(self._told, Tone.SOFT)
        self.export_requested.emit(self._session, self._format(), self._path())

    def _format(self) -> str:
        return self._formats.value() or _FIRST

    def _path(self) -> Path:
        return Path(self._folder.text().strip()) / export_name(self._session, self._format())

    def _problem(self) -> str:
        if not self._session:
            return self.tr("There is no session in this chair.")
        if not Path(self._folder.text().strip()).is_absolute():
            return self.tr("Choose the folder to save into.")
        return ""

    @Slot(bool)
    def _show_folders(self, shown: bool) -> None:
        if shown and self._tree.model() is None:
            model = QFileSystemModel(self._tree)
            model.setFilter(QDir.Filter.AllDirs | QDir.Filter.NoDotAndDotDot)
            model.setRootPath("")
            self._tree.setModel(model)
            for hidden in range(1, model.columnCount()):
                self._tree.hideColumn(hidden)
            self._tree.setHeaderHidden(True)
            self._tree.setIndentation(2 * theme.MARGIN)
            here = model.index(self._folder.text())
            self._tree.setCurrentIndex(here)
            self._tree.scrollTo(here)
            self._tree.clicked.connect(self._take_folder)
            self._tree.activated.connect(self._take_folder)
        self._tree.setVisible(shown)

    @Slot(QModelIndex)
    def _take_folder(self, index: QModelIndex) -> None:
        model = self._tree.model()
        if isinstance(model, QFileSystemModel):
            self._folder.setText(model.filePath(index))

    @Slot()
    def _look(self) -> None:
        problem = self._problem()
        self._holds.setCurrentIndex(list(FORMATS).index(self._format()))
        self._file.setText(self.tr("File: {}").format(self._path()) if not problem else "")
        self.send_button.setEnabled(not problem)
        if problem or not self._told:
            self.say(problem)
