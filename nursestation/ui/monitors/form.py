"""The form of a monitor: chair, port, kind of monitor, line settings, what may be sent. It shows a draft and tells wishes."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from devices.driver import DriverInfo, Parity
from devices.registry import DriverEntry
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.workbench import BenchState
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, CheckField, ChoiceField, Label, Panel, TextField
from nursestation.ui.flow import FlowLayout
from nursestation.ui.layouts import column, labelled, row, say
from nursestation.ui.monitors import form_view
from nursestation.ui.monitors.form_view import CUFF_WORDS, RECEIVE_WORDS, Draft, ModelOption, PortOption
from nursestation.ui.monitors.options import Option, OptionList
from nursestation.ui.monitors.words import PARITY_WORDS, is_serial, line_text
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.sheets.view import key_of

_ADDRESS_HINT = "udp://192.168.1.20, tcp://127.0.0.1:5000, replay:FILE"


class MonitorForm(QWidget):
    """What is chosen of a monitor.

    Signals:
        changed: The `Draft` as it is now.
        find_wanted: The monitor on the chosen port shall be looked for.
    """

    changed = Signal(object)
    find_wanted = Signal()

    def __init__(self, drivers: Mapping[str, DriverEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("monitor_form")
        self._drivers = drivers
        self._draft = Draft(chair=0)
        self._is_showing = False
        self._chairs = Choices("monitor_chair", self.tr("Chair"), flow=True)
        self._ports = OptionList("monitor_port", self.tr("Port"))
        self._no_ports = Label(
            self.tr("No serial port is present: plug the monitor's adapter in, and it appears here."),
            tone=Tone.SOFT,
            wrap=True,
        )
        self._address = TextField("monitor_address", self.tr("Address"), placeholder=_ADDRESS_HINT)
        self._find = Button(self.tr("Find my monitor"), "monitor_find")
        self._find_note = Label(tone=Tone.SOFT, object_name="monitor_find_note", wrap=True)
        self._found = OptionList("monitor_found", self.tr("It may be"))
        self._search = TextField("monitor_search", self.tr("Search"), placeholder=self.tr("maker or model"))
        self._models = OptionList("monitor_model", self.tr("Monitor"))
        self._none_found = Label(self.tr("No monitor of that name is known."), tone=Tone.SOFT)
        self._picked = OptionList("monitor_picked", self.tr("Chosen monitor"))
        self._another = Button(self.tr("Choose another"), "monitor_another")
        self._standing = Label(tone=Tone.SOFT, object_name="monitor_standing", wrap=True)
        self._line = _LineFields()
        self._receive_only = CheckField(self.tr("Receive only"), "monitor_receive_only")
        self._sends = Label(tone=Tone.SOFT, object_name="monitor_sends", wrap=True)
        self._cuff = CheckField(self.tr("May start the cuff"), "monitor_may_start_cuff")
        self._cuff_note = Label(CUFF_WORDS, tone=Tone.SOFT, object_name="monitor_cuff_note", wrap=True)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._pick = QWidget()
        pick = column()
        pick.addLayout(labelled(self.tr("or choose it from the list"), self._search))
        pick.addWidget(self._models)
        pick.addWidget(self._none_found)
        self._pick.setLayout(pick)
        self._chosen = QWidget()
        chosen = column()
        chosen.addWidget(self._picked)
        chosen.addWidget(self._standing)
        again = row()
        again.addWidget(self._another)
        again.addStretch()
        chosen.addLayout(again)
        self._chosen.setLayout(chosen)
        finding = row(spacing=theme.MARGIN)
        finding.addWidget(self._find)
        finding.addWidget(self._find_note, 1)
        self._chair_part = _part("monitor_part_chair", self.tr("Chair"), self._chairs)
        self._line_part = _part("monitor_part_line", self.tr("Line settings"), self._line)
        address = QWidget()
        address.setLayout(
            labelled(self.tr("or type an address: network monitor, simulator or recording"), self._address)
        )
        whole = column(spacing=theme.MARGIN)
        whole.setContentsMargins(0, 0, theme.GAP, 0)
        whole.addWidget(self._chair_part)
        whole.addWidget(_part("monitor_part_port", self.tr("Port"), self._ports, self._no_ports, address))
        monitor = _part("monitor_part_model", self.tr("Monitor"))
        inside = monitor.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.addLayout(finding)
        for widget in (self._found, self._pick, self._chosen):
            inside.addWidget(widget)
        whole.addWidget(monitor)
        whole.addWidget(self._line_part)
        whole.addWidget(
            _part(
                "monitor_part_sends",
                self.tr("What may be sent"),
                self._sends,
                self._receive_only,
                Label(RECEIVE_WORDS, Text.CAPTION, Tone.SOFT, wrap=True),
                self._cuff,
                self._cuff_note,
            )
        )
        whole.addStretch()
        self.setLayout(whole)

    def _connect(self) -> None:
        self._chairs.chosen.connect(self._on_chair)
        self._ports.chosen.connect(self._on_port)
        self._address.textChanged.connect(self._on_address)
        self._find.clicked.connect(self.find_wanted)
        self._found.chosen.connect(self._on_model)
        self._search.textChanged.connect(self._on_search)
        self._models.chosen.connect(self._on_model)
        self._another.clicked.connect(self._on_another)
        self._line.chosen.connect(self._on_line)
        self._receive_only.toggled.connect(self._on_receive_only)
        self._cuff.toggled.connect(self._on_cuff)

    def begin(self) -> None:
        """Put the focus on the first choice, with nothing searched for."""
        self._search.clear()
        self._ports.focus_chosen()

    def show_draft(self, draft: Draft, bench: BenchState, snapshot: StationSnapshot) -> None:
        """Show what is chosen and what can be."""
        self._is_showing = True
        self._draft = draft
        info = self._info()
        self._show_chairs(bench, snapshot)
        options = form_view.port_options(bench, draft)
        self._ports.show_options([_port_option(one) for one in options], "" if draft.is_typed else draft.port)
        self._no_ports.setVisible(not options)
        typed = draft.port if draft.is_typed else ""
        if self._address.text() != typed:
            self._address.setText(typed)
        self._show_model(info)
        self._line_part.setVisible(info is not None and (not draft.port or is_serial(draft.port)))
        if info is not None:
            self._line.show_line(draft, info)
        self._receive_only.setChecked(draft.receive_only)
        self._show_sends(info)
        why_not = form_view.trial_problem(draft, info, bench, snapshot, finding=True)
        self._find.setEnabled(not why_not)
        self._find.set_tip(why_not)
        self._is_showing = False

    def show_finding(self, sentence: str, candidates: tuple[ModelOption, ...]) -> None:
        """Show how a search ended, and what the monitor may be."""
        say(
            self._find_note,
            sentence
            or self.tr("Listens, then greets as each monitor wants it; takes up to half a minute. Starts no cuff."),
        )
        self._find_note.set_tone(Tone.PLAIN if sentence else Tone.SOFT)
        self._found.show_options([_model_option(one) for one in candidates], self._draft.driver)
        self._found.setVisible(bool(candidates) and not self._draft.driver)

    def _info(self) -> DriverInfo | None:
        entry = self._drivers.get(self._draft.driver)
        return entry.info if entry is not None else None

    def _show_chairs(self, bench: BenchState, snapshot: StationSnapshot) -> None:
        is_new = not self._draft.replaces
        own = {chair.number for chair in bench.chairs}
        numbers = form_view.chair_numbers(snapshot, bench)
        words = [
            (str(n), self.tr("Chair {}").format(n) if n in own else self.tr("New: chair {}").format(n)) for n in numbers
        ]
        self._chairs.set_options(words)
        self._chairs.choose(str(self._draft.chair))
        self._chair_part.setVisible(is_new)

    def _show_model(self, info: DriverInfo | None) -> None:
        self._pick.setVisible(info is None)
        self._chosen.setVisible(info is not None)
        if info is None:
            self._show_models()
            return
        self._picked.show_options([_model_option(form_view.model_option(info))], info.name)
        page = self.tr("How to set the monitor up: docs/drivers/{}.md.").format(info.name)
        say(self._standing, f"{info.standing} {page}")

    def _show_models(self) -> None:
        options = form_view.model_options(self._drivers, self._search.text())
        self._models.show_options([_model_option(one) for one in options], "")
        self._none_found.setVisible(not options)

    def _show_sends(self, info: DriverInfo | None) -> None:
        if info is None:
            say(self._sends, "")
        elif info.sends:
            say(self._sends, self.tr("To this monitor Nursestation {}.").format(info.sends))
        else:
            say(self._sends, self.tr("This monitor speaks by itself: nothing is sent to it."))
        starts = info is not None and info.starts_cuff
        self._cuff.setVisible(starts)
        self._cuff_note.setVisible(starts)
        self._cuff.setEnabled(not self._draft.receive_only)
        self._cuff.setChecked(self._draft.may_start_cuff and not self._draft.receive_only)

    def _tell(self, draft: Draft) -> None:
        if not self._is_showing and draft != self._draft:
            self._draft = draft
            self.changed.emit(draft)

    @Slot(str)
    def _on_chair(self, number: str) -> None:
        self._tell(replace(self._draft, chair=int(number)))

    @Slot(str)
    def _on_port(self, path: str) -> None:
        self._tell(replace(self._draft, port=path, is_typed=False))

    @Slot(str)
    def _on_address(self, text: str) -> None:
        self._tell(replace(self._draft, port=text, is_typed=True))

    @Slot()
    def _on_search(self) -> None:
        self._show_models()

    @Slot(str)
    def _on_model(self, driver: str) -> None:
        self._tell(replace(self._draft, driver=driver, line=None))
        self._another.setFocus()

    @Slot()
    def _on_another(self) -> None:
        self._tell(replace(self._draft, driver="", line=None, may_start_cuff=False))
        self._search.clear()
        self._search.setFocus()

    @Slot(str, str)
    def _on_line(self, field: str, text: str) -> None:
        info = self._info()
        if info is not None:
            self._tell(form_view.with_line(self._draft, info, field, text))

    @Slot(bool)
    def _on_receive_only(self, is_on: bool) -> None:
        self._tell(replace(self._draft, receive_only=is_on))

    @Slot(bool)
    def _on_cuff(self, is_on: bool) -> None:
        self._tell(replace(self._draft, may_start_cuff=is_on))


class _LineFields(QWidget):
    """Speed, data bits, parity, stop bits, flow control: those of the driver until a person chooses others."""

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._says = Label(tone=Tone.SOFT, object_name="monitor_line_says", wrap=True)
        self._fields: dict[str, ChoiceField] = {}
        flow = FlowLayout()
        for field, title, options in (
            ("baud", self.tr("Speed (baud)"), [(str(baud), str(baud)) for baud in form_view.BAUDS]),
            ("data_bits", self.tr("Data bits"), [("8", "8"), ("7", "7")]),
            ("parity", self.tr("Parity"), [(one.value, PARITY_WORDS[one]) for one in Parity]),
            ("stop_bits", self.tr("Stop bits"), [("1", "1"), ("2", "2")]),
            ("rtscts", self.tr("RTS/CTS"), [("off", self.tr("off")), ("on", self.tr("on"))]),
        ):
            box = ChoiceField(f"monitor_line_{field}", title)
            for key, text in options:
                box.addItem(text, key)
            box.activated.connect(self._on_activated)
            self._fields[field] = box
            holder = QWidget()
            holder.setLayout(labelled(title, box))
            flow.addWidget(holder)
        whole = column()
        whole.addWidget(self._says)
        whole.addLayout(flow)
        self.setLayout(whole)

    def show_line(self, draft: Draft, info: DriverInfo) -> None:
        """Show the settings that are meant, and whether they are the usual ones."""
        line = form_view.line_of(draft, info)
        told = (
            self.tr("The usual ones of this monitor")
            if draft.line is None
            else self.tr("Changed; usual: {}").format(line_text(info.serial[0]))
        )
        say(self._says, f"{told}.")
        for field, key in (
            ("baud", str(line.baud)),
            ("data_bits", str(line.data_bits)),
            ("parity", line.parity.value),
            ("stop_bits", str(line.stop_bits)),
            ("rtscts", "on" if line.rtscts else "off"),
        ):
            box = self._fields[field]
            if box.findData(key) < 0:  # a speed that is not in the list
                box.addItem(key, key)
            box.setCurrentIndex(box.findData(key))

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        for field, box in self._fields.items():
            if box is self.sender():
                self.chosen.emit(field, str(box.itemData(index)))


def _part(name: str, title: str, *widgets: QWidget) -> Panel:
    panel = Panel(name, Surface.RAISED)
    inside = column(margin=theme.MARGIN)
    inside.addWidget(Label(title, Text.TITLE))
    for widget in widgets:
        inside.addWidget(widget)
    panel.setLayout(inside)
    return panel


def _port_option(port: PortOption) -> Option:
    return Option(
        key=port.path,
        name=key_of(port.place),
        title=port.name,
        below=port.used_by and f"In use: {port.used_by}",
        small=port.place,
        enabled=not port.used_by,
        spoken=port.label,
    )


def _model_option(model: ModelOption) -> Option:
    return Option(
        key=model.driver,
        name=model.driver,
        title=model.title,
        below=model.below,
        spoken=f"{model.title}, {model.below}",
    )
