"""Taking visits out of the building: which file, into which folder. The program writes it; the sheet only asks."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QEvent, QModelIndex, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QFileSystemModel, QProgressBar, QStackedWidget, QTreeView, QWidget

from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.export.formats import FORMATS
from nursestation.export.lock import SUFFIX, passphrase_problem
from nursestation.runtime.export_job import ExportOrder
from nursestation.ui import theme
from nursestation.ui.controls import Button, CheckField, ChoiceField, Label, PinField, QuietButton, TextField
from nursestation.ui.layouts import column, labelled, row
from nursestation.ui.letterpad import LetterPad, has_touch_screen
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import export_holds, export_name

_TREE_HEIGHT = 200
_STEPS = 1000
_BAR_WIDTH = 260


class ExportSheet(Sheet):
    """Format, folder, and what the file is kept safe by; its name holds the session's number and no word about the patient.

    Signals:
        export_requested: What is wanted (`ExportOrder`).
        cancel_requested: The export that is under way shall stop.
    """

    export_requested = Signal(object)
    cancel_requested = Signal()

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__("export", self.tr("Export this session"), self.tr("Save the file"), ButtonKind.PRIMARY, parent)
        self._sessions: tuple[str, ...] = ()
        self._is_chosen = False  # from a list, and not the visit of a chair
        self._told = ""
        self._is_running = False
        self._formats = ChoiceField("export_format", self.tr("File"))  # ten buttons would push the folder out of sight
        for one in FORMATS.values():
            self._formats.addItem(one.title, one.name)
        self._holds = QStackedWidget()  # as high as the longest of its sentences: nothing below moves with the choice
        for name in FORMATS:
            holds = Label(export_holds(name), Text.CAPTION, Tone.SOFT, object_name=f"export_holds_{name}", wrap=True)
            holds.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._holds.addWidget(holds)
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
        self._without_names = CheckField(self.tr("Leave out who it is about"), "export_deidentified")
        self._locked = CheckField(self.tr("Lock it with a passphrase"), "export_locked")
        self._phrase = PinField("export_passphrase", self.tr("Passphrase"))
        self._again = PinField("export_passphrase_again", self.tr("The same passphrase again"))
        self._phrases = QWidget()
        self._fields = row()
        self._fold = Button(
            self.tr("Keyboard"), "export_keyboard", tip=self.tr("Show or hide the keyboard on the screen")
        )
        self._fold.setAccessibleName(self.tr("Show or hide the keyboard on the screen"))
        self._fold.setCheckable(True)
        self._letters = LetterPad("export_letters", self._phrase)
        self.ways = (self._folder,)  # which stays for the next file
        self._care = Label(tone=Tone.SOFT, object_name="export_care", wrap=True)
        self._bar = QProgressBar()
        self._bar.setObjectName("export_progress")
        self._bar.setAccessibleName(self.tr("How much is written"))
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        theme.set_length(self._bar, theme.Length.LEAST_WIDTH, _BAR_WIDTH)
        self._stop = QuietButton(self.tr("Cancel"), "export_cancel", tip=self.tr("Stop; nothing half-written stays"))
        self._build_body()
        self.first = self._folder
        self._formats.currentIndexChanged.connect(self._edited)
        self._folder.textChanged.connect(self._edited)
        self._browse.toggled.connect(self._show_folders)
        self._without_names.toggled.connect(self._edited)
        self._locked.toggled.connect(self._edited)
        self._locked.clicked.connect(self._go_to_phrase)
        self._phrase.textChanged.connect(self._edited)
        self._again.textChanged.connect(self._edited)
        self._fold.toggled.connect(self._show_letters)
        for field in (self._phrase, self._again):
            field.installEventFilter(self)
        self._stop.clicked.connect(self.cancel_requested)
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
        kept = row(spacing=theme.MARGIN)
        kept.addWidget(self._without_names)
        kept.addWidget(self._locked)
        kept.addStretch()
        self.body.addLayout(kept)
        fields = self._fields
        fields.addLayout(labelled(self.tr("Passphrase"), self._phrase), 1)
        fields.addLayout(labelled(self.tr("The same again"), self._again), 1)
        fields.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignBottom)
        beside = column(spacing=0)
        beside.addLayout(fields)
        beside.addStretch()
        phrases = row(spacing=theme.MARGIN)
        phrases.addLayout(beside, 1)
        phrases.addWidget(self._letters)
        self._phrases.setLayout(phrases)
        self._letters.hide()
        self.body.addWidget(self._phrases)
        self.body.addWidget(self._file)
        self.body.addWidget(self._care)
        self.body.addStretch()
        for place, widget in enumerate((self._bar, self._stop), start=1):
            self.foot.insertWidget(place, widget)
            widget.hide()

    @property
    def is_running(self) -> bool:
        """Say whether files are being written."""
        return self._is_running

    def choose(self, sessions: Sequence[str]) -> None:
        """Be about visits of a list from now on, and about no chair; while files are written nothing changes."""
        if self._is_running:
            return
        self._is_chosen, self._sessions = True, tuple(sessions)
        n = len(self._sessions)
        self._title.setText(self.tr("Export 1 visit") if n == 1 else self.tr("Export {n} visits").format(n=n))
        self.say("")
        self._look()

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Take the visit's session."""
        self._sessions = (visit.session,)
        self._look()

    def clear(self) -> None:
        """Forget what was told about the last file and its passphrase; the folder stays for the next one."""
        self._told = ""
        self._fold.setChecked(False)
        self._locked.setChecked(False)
        self._without_names.setChecked(False)
        self._forget_phrase()

    def exported(self, path: Path, n_files: int = 1, trouble: str = "") -> None:
        """Say what was written and read back, and what of several visits is not there (`trouble`)."""
        self._told = self.tr("Saved and checked: {}").format(path)
        if len(self._sessions) > 1:
            self._told = self.tr("Saved and checked: {n} files in {folder}").format(n=n_files, folder=path)
        if trouble:
            self._told = trouble if n_files == 0 else f"{trouble} {self._told}"
        self._end()
        self.say(self._told, Tone.WARN if trouble else Tone.GOOD)

    def refused(self, reason: str) -> None:
        """Say why the file could not be written."""
        self._told = reason
        self._end()
        self.say(reason, Tone.WARN)

    def show_progress(self, done: float) -> None:
        """Show how much of the file is written (0 to 1)."""
        self._bar.setValue(round(done * _STEPS))

    def send(self) -> None:
        """Ask for the file."""
        if self._problem():
            return
        one = len(self._sessions) == 1
        self._told = self.tr("Writing the file…") if one else self.tr("Writing {} files…").format(len(self._sessions))
        self._is_running = True
        order = ExportOrder(
            sessions=self._sessions,
            format=self._format(),
            folder=self._in(),
            name=self._name(),
            is_deidentified=self._without_names.isChecked(),
            passphrase=self._phrase.text() if self._locked.isChecked() else None,
        )
        self._forget_phrase()
        self._bar.setValue(0)
        self._look()
        self.say(self._told, Tone.SOFT)
        self.export_requested.emit(order)

    def _end(self) -> None:
        self._is_running = False
        self._look()

    def _forget_phrase(self) -> None:
        self._phrase.clear()
        self._again.clear()

    def _format(self) -> str:
        return str(self._formats.currentData())

    def _in(self) -> Path:
        return Path(self._folder.text().strip())

    def _name(self) -> str:
        if self._without_names.isChecked():
            return ""  # the export names it: the session's number tells the day
        if len(self._sessions) != 1:
            return ""  # each is named after its session
        return export_name(self._sessions[0], self._format()) + (SUFFIX if self._locked.isChecked() else "")

    def _problem(self) -> str:
        if not self._sessions:
            return (
                self.tr("Choose the visits first.")
                if self._is_chosen
                else self.tr("There is no session in this chair.")
            )
        if not self._in().is_absolute():
            return self.tr("Choose the folder to save into.")
        if self._locked.isChecked() and not self._is_running:
            problem = passphrase_problem(self._phrase.text())
            if problem:
                return problem
            if self._phrase.text() != self._again.text():
                return self.tr("Type the same passphrase into both fields.")
        return ""

    def _care_words(self) -> str:
        words = self.tr("The file tells of a patient. Keep it where the clinic keeps records.")
        if len(self._sessions) > 1:
            words = self.tr("The files tell of patients. Keep them where the clinic keeps records.")
        if self._without_names.isChecked():
            words = self.tr(
                "Names, numbers and typed texts are left out and the dates moved. Who knows the visit may still recognise it."
            )
        if self._locked.isChecked():
            words += " " + self.tr("Nothing opens without the passphrase, and nobody can find that out again.")
        return words

    def _file_words(self) -> str:
        name = self._name()
        if len(self._sessions) > 1:
            return self.tr("Files: {n}, in {folder}").format(n=len(self._sessions), folder=self._in())
        return self.tr("File: {}").format(self._in() / name) if name else self.tr("File: in {}").format(self._in())

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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keyboard on the screen type into the field that was touched last."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, PinField):
            self._letters.type_into(watched)
        return super().eventFilter(watched, event)

    @Slot(bool)
    def _go_to_phrase(self, wanted: bool) -> None:
        if wanted:
            self._fold.setChecked(has_touch_screen())
            self._phrase.setFocus()  # and so into sight

    @Slot(bool)
    def _show_letters(self, is_shown: bool) -> None:
        """Put the fields beside the keyboard, one above the other: below them it would find no height at a chair."""
        way = QBoxLayout.Direction.TopToBottom if is_shown else QBoxLayout.Direction.LeftToRight
        self._fields.setDirection(way)
        self._letters.setVisible(is_shown)
        self._letters.field.setFocus()
        if is_shown:
            QTimer.singleShot(0, self, self._bring_letters)  # once it has a place

    @Slot()
    def _bring_letters(self) -> None:
        self.scrolling.ensureWidgetVisible(self._phrases, 0, 0)

    @Slot()
    def _edited(self) -> None:
        if not self._is_running:
            self._told = ""
        self._look()

    @Slot()
    def _look(self) -> None:
        problem = self._problem()
        self._holds.setCurrentIndex(list(FORMATS).index(self._format()))
        self._phrases.setVisible(self._locked.isChecked())
        self._file.setText(self._file_words() if self._sessions and self._in().is_absolute() else "")
        self._care.setText(self._care_words())
        one = len(self._sessions) <= 1
        self.send_button.setText(self.tr("Save the file") if one else self.tr("Save the files"))
        self._bar.setVisible(self._is_running)
        self._stop.setVisible(self._is_running)
        self.send_button.setEnabled(not problem and not self._is_running)
        if not self._told:
            self.say(problem)
