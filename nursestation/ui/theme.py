"""Colours, fonts and sizes by role; the one place where the look is decided.

Rules of the file:
1. A colour, a size or a stylesheet string exists here and nowhere else; the rest of the window names roles.
2. Widgets that Qt styles are told their role by a dynamic property (`controls.py`); widgets that paint themselves are
   handed a `Theme`.
3. Fonts are set with `set_font`, never by the stylesheet: only so do the tabular figures of the font survive. Figures are
   of one width where numbers run, so that none pushes its neighbours about; in words they, and hyphens, are not.
4. No colour speaks alone: whatever an alarm colour fills also carries a symbol and a word.

Alarm colours and flash rates: IEC 60601-1-8 6.3.2.2 (high red 1.4-2.8 Hz, medium yellow 0.4-0.8 Hz, low cyan or yellow,
steady; on for 20-60 % of the time).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from devices.events import Priority
from nursestation.ui.roles import Text

_log = logging.getLogger(__name__)

FAMILY = "Inter"
_TABULAR_FIGURES = QFont.Tag("tnum")

TOUCH = 44
"""Least height and width of anything that a finger must hit [px]."""
GAP = 8
"""Between neighbours [px]."""
MARGIN = 12
"""Inside a panel [px]."""
RADIUS = 8
"""Of a panel's corners [px]."""
RAIL_WIDTH = 264
"""Of the chairs on the left [px]."""
WAVE_PEN = 1.6
"""Of a wave's line [px]."""


_FONTS: dict[Text, tuple[int, QFont.Weight]] = {
    Text.CAPTION: (13, QFont.Weight.Normal),
    Text.BODY: (15, QFont.Weight.Normal),
    Text.STRONG: (15, QFont.Weight.DemiBold),
    Text.TITLE: (18, QFont.Weight.DemiBold),
    Text.HEADING: (26, QFont.Weight.Bold),
    Text.CLOCK: (18, QFont.Weight.DemiBold),
    Text.COUNT: (15, QFont.Weight.Normal),
    Text.TIMER: (26, QFont.Weight.Bold),
    Text.CODE: (48, QFont.Weight.Bold),
    Text.TILE_NUMBER: (17, QFont.Weight.DemiBold),
    Text.NUMBER: (72, QFont.Weight.Bold),
}


_RUNNING = (Text.CLOCK, Text.COUNT, Text.TIMER, Text.CODE, Text.TILE_NUMBER, Text.NUMBER)
"""Texts whose figures are of one width."""

DESIGNED_FOR = (1280, 800)
"""Width and height of the window at which sizes are as written here [px]."""
_GROWTH = 0.7
"""Part of a larger window's growth that goes into the size of letters; the rest is room."""
_LARGEST_SCALE = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """Colours by role, as "#rrggbb". `on_x` is text upon `x`."""

    window: str
    bar: str
    panel: str
    raised: str  # a tile or header upon a panel
    plot: str  # behind waves, trends and big numbers
    field: str
    line: str
    line_strong: str
    text: str
    soft: str
    stale: str
    disabled: str
    on_disabled: str

    button: str
    button_pressed: str
    accent: str
    accent_pressed: str
    on_accent: str
    danger: str
    danger_pressed: str
    on_danger: str
    focus: str
    badge: str
    on_badge: str

    good: str
    good_fill: str
    warn: str
    warn_fill: str
    bad: str
    bad_fill: str
    calm_fill: str  # the alarm bar while nothing is wrong

    alarm_high: str
    alarm_high_off: str  # the other half of the flash
    on_alarm_high: str
    alarm_medium: str
    alarm_medium_off: str
    on_alarm_medium: str
    alarm_low: str
    on_alarm_low: str

    heart_rate: str
    spo2: str
    nibp: str  # the magenta mark and the carets; the number itself is plain text
    resp: str
    co2: str

    phase_baseline: str
    phase_infusion: str
    phase_observation: str
    event: str


DARK = Colours(
    window="#0d1117",
    bar="#111722",
    panel="#0a0d13",
    raised="#161c27",
    plot="#07090d",
    field="#07090d",
    line="#232b38",
    line_strong="#3a4454",
    text="#e8ecf3",
    soft="#a3adbd",
    stale="#8a93a3",
    disabled="#171d28",
    on_disabled="#7c8595",
    button="#212a38",
    button_pressed="#2e394b",
    accent="#6a4df5",
    accent_pressed="#5a3fe0",
    on_accent="#ffffff",
    danger="#c9233b",
    danger_pressed="#a91c31",
    on_danger="#ffffff",
    focus="#8fd3ff",
    badge="#2f2560",
    on_badge="#d6ccff",
    good="#5fdc95",
    good_fill="#14342a",
    warn="#ffcf4a",
    warn_fill="#3a2f0c",
    bad="#ff7a85",
    bad_fill="#3d141c",
    calm_fill="#14202a",
    alarm_high="#d8263f",
    alarm_high_off="#6e1220",
    on_alarm_high="#ffffff",
    alarm_medium="#ffd23f",
    alarm_medium_off="#a8831f",
    on_alarm_medium="#1a1400",
    alarm_low="#54c7ec",
    on_alarm_low="#00161f",
    heart_rate="#4be082",
    spo2="#4cc9f0",
    nibp="#f58bb4",
    resp="#f7f1d0",
    co2="#c9b8ff",
    phase_baseline="#10151f",
    phase_infusion="#15112b",
    phase_observation="#0b1a20",
    event="#c3b4ff",
)

LIGHT = Colours(
    window="#eef1f5",
    bar="#ffffff",
    panel="#f9fafc",
    raised="#ffffff",
    plot="#ffffff",
    field="#ffffff",
    line="#c3ccd9",
    line_strong="#a9b4c2",
    text="#131a24",
    soft="#4a5566",
    stale="#566072",
    disabled="#e3e8ee",
    on_disabled="#5c6674",
    button="#d6deea",
    button_pressed="#bccadb",
    accent="#5a3fe0",
    accent_pressed="#4a31c4",
    on_accent="#ffffff",
    danger="#c0213a",
    danger_pressed="#9d1a2f",
    on_danger="#ffffff",
    focus="#0b6bcb",
    badge="#e4deff",
    on_badge="#3a2598",
    good="#0f6b3c",
    good_fill="#d8f2e3",
    warn="#735500",
    warn_fill="#fbeec2",
    bad="#a8142b",
    bad_fill="#fbdfe3",
    calm_fill="#e3ebf2",
    alarm_high="#cf1f38",
    alarm_high_off="#6e1220",
    on_alarm_high="#ffffff",
    alarm_medium="#ffd23f",
    alarm_medium_off="#a8831f",
    on_alarm_medium="#1a1400",
    alarm_low="#7ad7f5",
    on_alarm_low="#00161f",
    heart_rate="#0b7a3b",
    spo2="#00658f",
    nibp="#a8235f",
    resp="#6b5a00",
    co2="#5a3fe0",
    phase_baseline="#f4f6f9",
    phase_infusion="#f0ecff",
    phase_observation="#e8f5f8",
    event="#4a31c4",
)


PARAMETERS = ("heart_rate", "spo2", "nibp", "resp", "co2")
"""Roles whose colour a person may choose."""
PALETTE = {
    "green": ("#4be082", "#0b7a3b"),
    "lime": ("#b6e880", "#4d6a00"),
    "teal": ("#35d0b0", "#00695c"),
    "blue": ("#6a9bff", "#0f4fb8"),
    "lilac": ("#c9b8ff", "#5a3fe0"),
    "purple": ("#e48cff", "#8a1fb0"),
    "pink": ("#f58bb4", "#a8235f"),
    "cream": ("#f7f1d0", "#6b5a00"),
    "light blue": ("#4cc9f0", "#00658f"),
}
"""What may be chosen, as on dark and on light ground: each is read on every ground that a number or a curve has, can be told from
the others and, but for "light blue", from the fills of alarms (`tests/qt/test_theme.py` holds them to it)."""


ALARM_SYMBOLS = {Priority.HIGH: "***", Priority.MEDIUM: "**", Priority.LOW: "*"}
"""Marks that say the priority without colour. Source: habit of bedside monitors (Mindray, Edan, Comen, Philips)."""


@dataclass(frozen=True, slots=True)
class AlarmLook:
    """How a priority looks.

    Attributes:
        fill, fill_off: Background in the two halves of the flash; the same where it does not flash.
        on_fill: Text upon either.
        symbol: Mark that says the priority without colour.
        half_period_ms: Time in each half [ms]; 0 = steady.
    """

    fill: QColor
    fill_off: QColor
    on_fill: QColor
    symbol: str
    half_period_ms: int

    def ground(self, *, is_dark: bool) -> QColor:
        """Return the background of a half of the flash."""
        return self.fill_off if is_dark else self.fill


HIGH_HALF_PERIOD_MS = 250
"""2.0 Hz at 50 %: inside 1.4-2.8 Hz and 20-60 %. Source: IEC 60601-1-8 6.3.2.2, and under the 3 Hz of WCAG 2.3.1."""
MEDIUM_HALF_PERIOD_MS = 1000
"""0.5 Hz at 50 %: inside 0.4-0.8 Hz and 20-60 %. Source: IEC 60601-1-8 6.3.2.2."""


def half_period_ms(priority: Priority) -> int:
    """Return how long a priority is lit and then dark [ms]; 0 = steady."""
    return {Priority.HIGH: HIGH_HALF_PERIOD_MS, Priority.MEDIUM: MEDIUM_HALF_PERIOD_MS, Priority.LOW: 0}[priority]


@dataclass(frozen=True, slots=True)
class Theme:
    """What a widget that paints itself needs to know."""

    colours: Colours
    name: str = field(default="dark")

    def colour(self, role: str) -> QColor:
        """Return the colour of a role of `Colours`."""
        value: str = getattr(self.colours, role)
        return QColor(value)

    def choice(self, name: str) -> QColor:
        """Return a colour of `PALETTE` as it looks on this ground."""
        return QColor(PALETTE[name][0 if self.name == "dark" else 1])

    def alarm(self, priority: Priority) -> AlarmLook:
        """Return how `priority` looks. Source of colours and rates: head of the file."""
        match priority:
            case Priority.HIGH:
                roles = ("alarm_high", "alarm_high_off", "on_alarm_high")
            case Priority.MEDIUM:
                roles = ("alarm_medium", "alarm_medium_off", "on_alarm_medium")
            case Priority.LOW:
                roles = ("alarm_low", "alarm_low", "on_alarm_low")
        fill, off, on_fill = (self.colour(role) for role in roles)
        return AlarmLook(fill, off, on_fill, ALARM_SYMBOLS[priority], half_period_ms(priority))


DARK_THEME = Theme(DARK, "dark")
LIGHT_THEME = Theme(LIGHT, "light")


def coloured(theme: Theme, chosen: Mapping[str, str]) -> Theme:
    """Return `theme` with other colours of parameters.

    Args:
        theme: Of any colours of parameters.
        chosen: Roles of `PARAMETERS` to names of `PALETTE`.
    """
    return Theme(
        replace(theme.colours, **{role: theme.choice(name).name() for role, name in chosen.items()}), theme.name
    )


def load_fonts(folder: Path) -> bool:
    """Give Qt the shipped fonts; False (and a log line) where one cannot be read, then the system's font stands in.

    Needs a running QGuiApplication.
    """
    loaded = [QFontDatabase.addApplicationFont(str(path)) for path in sorted(folder.glob("*.ttf"))]
    if not loaded or -1 in loaded:
        _log.warning("The shipped fonts in %s could not be loaded; the system's font is used instead.", folder)
        return False
    return True


class _Scale:
    """How large everything is, over the size that is written here."""

    value = 1.0


def scale_for(width: int, height: int) -> float:
    """Return how large letters are in a window of `width` and `height` [px]: never smaller than designed."""
    ratio = min(width / DESIGNED_FOR[0], height / DESIGNED_FOR[1])
    return min(_LARGEST_SCALE, max(1.0, round(1 + _GROWTH * (ratio - 1), 1)))


def set_scale(value: float) -> bool:
    """Set how large everything is from now on; say whether that is a change. `rescale` what stands already."""
    changed = value != _Scale.value
    _Scale.value = value
    return changed


def px(length: float) -> int:
    """Return a length as large as the letters are now [px]."""
    return round(length * _Scale.value)


def designed(length_px: float) -> float:
    """Return what a length now [px] is at the designed size [px]; the inverse of `px`."""
    return length_px / _Scale.value


def font(role: Text, size_px: int | None = None) -> QFont:
    """Return the font of a text role; `size_px` where the place decides the size."""
    size, weight = _FONTS[role]
    made = QFont(FAMILY)
    made.setPixelSize(size_px or px(size))
    made.setWeight(weight)
    if role in _RUNNING:
        made.setFeature(_TABULAR_FIGURES, 1)
    return made


def set_font(widget: QWidget, role: Text, size_px: int | None = None) -> None:
    """Give a widget the font of a text role. One whose size the place decides is left alone by `rescale`."""
    widget.setProperty(_ROLE, role.value if size_px is None else "")
    widget.setFont(font(role, size_px))


class Length(StrEnum):
    """A size of a widget that grows with the letters."""

    HEIGHT = "fixed_height"
    WIDTH = "fixed_width"
    LEAST_HEIGHT = "least_height"
    LEAST_WIDTH = "least_width"
    MOST_WIDTH = "most_width"
    MOST_HEIGHT = "most_height"


_ROLE = "text_role"
_SETTERS: dict[Length, Callable[[QWidget, int], None]] = {
    Length.HEIGHT: QWidget.setFixedHeight,
    Length.WIDTH: QWidget.setFixedWidth,
    Length.LEAST_HEIGHT: QWidget.setMinimumHeight,
    Length.LEAST_WIDTH: QWidget.setMinimumWidth,
    Length.MOST_WIDTH: QWidget.setMaximumWidth,
    Length.MOST_HEIGHT: QWidget.setMaximumHeight,
}


def set_length(widget: QWidget, which: Length, length: float) -> None:
    """Give a widget a size that grows with the letters [px at the designed size]."""
    widget.setProperty(which.value, length)
    _SETTERS[which](widget, px(length))


def rescale(root: QWidget) -> None:
    """Give `root` and all in it the fonts and sizes of the present scale."""
    for widget in (root, *root.findChildren(QWidget)):
        role = widget.property(_ROLE)
        if role:
            widget.setFont(font(Text(role)))
        for which, setter in _SETTERS.items():
            length = widget.property(which.value)
            if length is not None:
                setter(widget, px(float(length)))
        widget.updateGeometry()  # a size of its own making may be another one too, and a layout keeps the old


def set_property(widget: QWidget, name: str, value: str) -> None:
    """Set a dynamic property that the stylesheet looks at, and restyle the widget only when it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    kept, style = widget.font(), widget.style()
    style.unpolish(widget)  # which also takes back every font that was set since the widget was first shown
    style.polish(widget)
    widget.setFont(kept)
    widget.update()


def prepare(application: QApplication, theme: Theme) -> None:
    """Give the application its style, font and colours, and no style sheet."""
    application.setStyle("Fusion")
    application.setFont(font(Text.BODY))
    application.setPalette(_palette(theme.colours))


def dress(window: QWidget, theme: Theme) -> None:
    """Give a window its style sheet; fonts that were set on what stands in it are taken back, until `rescale` gives them again.

    It is the window's own and not the application's: under an application's, every widget that finds its place in another is
    dressed anew with all that is in it, and a page that is built late would take three times as long.
    """
    window.setStyleSheet(_stylesheet(theme.colours))


def apply(application: QApplication, theme: Theme) -> None:
    """Dress whatever is shown, also what stands in no window of ours: a page by itself."""
    prepare(application, theme)
    application.setStyleSheet(_stylesheet(theme.colours))


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for which, colour in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.field),
        (role.AlternateBase, c.raised),
        (role.Text, c.text),
        (role.Button, c.button),
        (role.ButtonText, c.text),
        (role.BrightText, c.text),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.PlaceholderText, c.stale),
        (role.ToolTipBase, c.raised),
        (role.ToolTipText, c.text),
        (role.Link, c.focus),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, QColor(c.on_disabled))
    return palette


def _stylesheet(c: Colours) -> str:
    return f"""
    QMainWindow, QWidget[surface="window"] {{ background: {c.window}; }}
    QWidget[surface="bar"] {{ background: {c.bar}; border: none; }}
    QWidget[surface="bar"][edge="bottom"] {{ border-bottom: 1px solid {c.line}; }}
    QWidget[surface="bar"][edge="top"] {{ border-top: 1px solid {c.line}; }}
    QWidget[surface="bar"][edge="right"] {{ border-right: 1px solid {c.line}; }}
    QWidget[surface="bar"][edge="left"] {{ border-left: 1px solid {c.line}; }}
    QWidget[surface="panel"] {{ background: {c.panel}; border-radius: {RADIUS}px; }}
    QWidget[surface="raised"] {{ background: {c.raised}; border-radius: {RADIUS}px; }}
    QWidget[surface="plot"] {{ background: {c.plot}; border-radius: {RADIUS}px; }}
    QWidget[surface="failure"] {{ background: {c.alarm_high}; }}
    QWidget[surface="failure"] QLabel {{ color: {c.on_alarm_high}; }}
    QWidget[surface="message"] {{ background: {c.warn_fill}; border-radius: {RADIUS}px; }}
    QWidget[surface="message"] QLabel {{ color: {c.warn}; }}
    QWidget[surface="high"] {{ background: {c.alarm_high}; border-radius: {RADIUS}px; }}
    QWidget[surface="medium"] {{ background: {c.alarm_medium}; border-radius: {RADIUS}px; }}
    QWidget[surface="low"] {{ background: {c.alarm_low}; border-radius: {RADIUS}px; }}
    QFrame[rule="horizontal"] {{ background: {c.line}; border: none; max-height: 1px; min-height: 1px; }}
    QFrame[rule="vertical"] {{ background: {c.line}; border: none; max-width: 1px; min-width: 1px; }}

    QLabel {{ color: {c.text}; background: transparent; }}
    QLabel:disabled {{ color: {c.on_disabled}; }}
    QLabel[tone="soft"] {{ color: {c.soft}; }}
    QLabel[tone="accent"] {{ color: {c.on_badge}; }}
    QLabel[tone="good"] {{ color: {c.good}; }}
    QLabel[tone="warn"] {{ color: {c.warn}; }}
    QLabel[tone="bad"] {{ color: {c.bad}; }}
    QLabel[tone="stale"] {{ color: {c.stale}; }}
    QLabel[tone="heart_rate"] {{ color: {c.heart_rate}; }}
    QLabel[tone="spo2"] {{ color: {c.spo2}; }}
    QLabel[tone="nibp"] {{ color: {c.nibp}; }}
    QLabel[tone="resp"] {{ color: {c.resp}; }}
    QLabel[tone="co2"] {{ color: {c.co2}; }}
    QLabel[tone="on_high"] {{ color: {c.on_alarm_high}; }}
    QLabel[tone="on_medium"] {{ color: {c.on_alarm_medium}; }}
    QLabel[tone="on_low"] {{ color: {c.on_alarm_low}; }}
    QLabel[badge="accent"] {{ background: {c.badge}; color: {c.on_badge}; border-radius: 13px; padding: 0 10px; }}
    QLabel[badge="soft"] {{ background: {c.button}; color: {c.soft}; border-radius: 13px; padding: 0 10px; }}
    QLabel[badge="good"] {{ background: {c.good_fill}; color: {c.good}; border-radius: 13px; padding: 0 10px; }}
    QLabel[badge="warn"] {{ background: {c.warn_fill}; color: {c.warn}; border-radius: 13px; padding: 0 10px; }}
    QLabel[badge="bad"] {{ background: {c.bad_fill}; color: {c.bad}; border-radius: 13px; padding: 0 10px; }}

    QLabel[mark="good"] {{ background: {c.good_fill}; color: {c.good}; border-radius: 14px; }}
    QLabel[mark="warn"] {{ background: {c.warn_fill}; color: {c.warn}; border-radius: 14px; }}
    QLabel[mark="bad"] {{ background: {c.bad_fill}; color: {c.bad}; border-radius: 14px; }}
    QLabel[mark="soft"] {{ background: {c.button}; color: {c.soft}; border-radius: 14px; }}

    QPushButton, QToolButton {{
        background: {c.button}; color: {c.text}; border: 2px solid transparent; border-radius: {RADIUS}px;
        padding: 0 14px; min-height: {TOUCH - 4}px; outline: none;
    }}
    QPushButton[slim="yes"] {{ padding: 0 5px; }}
    QPushButton:pressed, QToolButton:pressed, QPushButton:checked {{ background: {c.button_pressed}; }}
    QPushButton:checked {{ border-color: {c.accent}; }}
    QPushButton[kind="primary"] {{ background: {c.accent}; color: {c.on_accent}; }}
    QPushButton[kind="primary"]:pressed {{ background: {c.accent_pressed}; }}
    QPushButton[kind="danger"] {{ background: {c.danger}; color: {c.on_danger}; }}
    QPushButton[kind="danger"]:pressed {{ background: {c.danger_pressed}; }}
    QPushButton[kind="quiet"] {{ background: transparent; color: {c.soft}; }}
    QPushButton[kind="quiet"]:pressed {{ background: {c.button}; }}
    QPushButton[kind="quiet"][asks="yes"] {{ color: {c.warn}; }}
    QPushButton[kind="tile"] {{ background: {c.raised}; padding: 0; }}
    QPushButton[kind="tile"]:checked {{ background: {c.button}; border-color: {c.accent}; }}
    QPushButton[kind="tile"]:focus {{ border-color: {c.focus}; }}
    QPushButton[audio="stopped"] {{ background: {c.warn_fill}; border-color: {c.warn}; }}
    QPushButton:disabled, QPushButton[kind]:disabled {{
        background: {c.disabled}; color: {c.on_disabled}; border-color: {c.line};
    }}
    QPushButton:focus, QToolButton:focus {{ border-color: {c.focus}; }}
    QPushButton[kind="primary"]:focus, QPushButton[kind="danger"]:focus {{ border: 3px solid {c.text}; }}

    QLineEdit, QPlainTextEdit, QTextEdit, QComboBox {{
        background: {c.field}; color: {c.text}; border: 2px solid {c.line}; border-radius: {RADIUS}px;
        padding: 0 10px; min-height: {TOUCH - 4}px; selection-background-color: {c.accent};
        selection-color: {c.on_accent}; placeholder-text-color: {c.stale};
    }}
    QAbstractSpinBox {{ min-height: {TOUCH}px; }}
    QPlainTextEdit, QTextEdit {{ padding: 8px 10px; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus {{
        border-color: {c.focus};
    }}
    QLineEdit[state="wrong"], QComboBox[state="wrong"] {{ border-color: {c.bad}; }}
    QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QComboBox:disabled {{
        color: {c.on_disabled}; background: {c.disabled};
    }}
    QComboBox::drop-down {{ border: none; width: 32px; }}
    QComboBox::down-arrow {{ image: none; }}
    QComboBox QAbstractItemView {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; outline: none;
        selection-background-color: {c.accent}; selection-color: {c.on_accent};
    }}
    QComboBox QAbstractItemView::item {{ min-height: {TOUCH}px; }}

    QCheckBox, QRadioButton {{ color: {c.text}; spacing: 10px; min-height: {TOUCH - 4}px; background: transparent; }}
    QCheckBox, QRadioButton {{ outline: none; border: 2px solid transparent; border-radius: {RADIUS}px; padding-right: 6px; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {c.on_disabled}; }}
    QCheckBox::indicator, QRadioButton::indicator {{
        width: 22px; height: 22px; background: {c.field}; border: 2px solid {c.soft}; border-radius: 5px;
    }}
    QRadioButton::indicator {{ border-radius: 13px; }}
    QCheckBox::indicator:checked, QRadioButton::indicator:checked {{ background: {c.accent}; border-color: {c.text}; }}
    QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
        background: {c.disabled}; border-color: {c.on_disabled};
    }}
    QCheckBox:focus, QRadioButton:focus {{ border-color: {c.focus}; }}

    QListView, QTreeView, QTableView {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; border-radius: {RADIUS}px; outline: none;
    }}
    QListView::item {{ min-height: {TOUCH}px; padding: 0 10px; }}
    QListView::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
    QScrollArea, QScrollArea > QWidget > QWidget[surface="scrolled"] {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {c.button_pressed}; border-radius: 6px; min-height: {TOUCH}px; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {c.button_pressed}; border-radius: 6px; min-width: {TOUCH}px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QProgressBar {{ background: {c.plot}; border: 1px solid {c.line}; border-radius: 6px; min-height: 14px; max-height: 14px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 5px; }}
    QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; padding: 6px; }}
    QMenu {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
    QMenu::item {{ min-height: {TOUCH - 8}px; padding: 4px 18px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
    """
