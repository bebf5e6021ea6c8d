"""How a page is put together: columns, labelled fields, parts that scroll. Nothing here holds state."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import FieldLabel

_ALL = 100
"""Stretch that leaves nothing to a neighbour of stretch 1 until the widest size is reached."""


def column(*, margin: int = 0, spacing: int = theme.GAP) -> QVBoxLayout:
    """Return a column with even margins [px]."""
    layout = QVBoxLayout()
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout


def row(*, margin: int = 0, spacing: int = theme.GAP) -> QHBoxLayout:
    """Return a row with even margins [px]."""
    layout = QHBoxLayout()
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout


def labelled(text: str, field: QWidget) -> QVBoxLayout:
    """Return a field under its name."""
    layout = column(spacing=theme.GAP // 2)
    layout.addWidget(FieldLabel(text, field))
    layout.addWidget(field)
    return layout


def side_by_side(*parts: QBoxLayout) -> QHBoxLayout:
    """Return parts of one width beside each other."""
    layout = row(spacing=theme.MARGIN)
    for part in parts:
        layout.addLayout(part, 1)
    return layout


def centred(content: QWidget, widest: int) -> QWidget:
    """Return `content` in the middle of a page, a little above it, with a margin around it.

    Args:
        content: What stands there.
        widest: Its greatest width [px at the designed size].
    """
    theme.set_length(content, theme.Length.MOST_WIDTH, widest)
    across = row(margin=2 * theme.MARGIN, spacing=0)
    across.addStretch(1)
    across.addWidget(content, _ALL)
    across.addStretch(1)
    down = column(spacing=0)
    down.addStretch(1)
    down.addLayout(across)
    down.addStretch(2)
    page = QWidget()
    page.setLayout(down)
    return page


def scrolled(content: QWidget, object_name: str) -> QScrollArea:
    """Return a frame in which `content` scrolls up and down where it is taller than the room there is."""
    content.setProperty("surface", "scrolled")
    area = QScrollArea()
    area.setObjectName(object_name)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    area.setWidget(content)
    content.setAutoFillBackground(False)
    return area


def retire(layout: QLayout, widget: QWidget) -> None:
    """Take a widget out of its layout for good.

    Qt deletes it when the event loop runs next; until then it is hidden and nameless, so that nobody finds it by the name
    that its successor carries.
    """
    layout.removeWidget(widget)
    widget.hide()
    widget.setObjectName("")
    for child in widget.findChildren(QWidget):
        child.setObjectName("")
    widget.deleteLater()


def keep_tab_order(container: QWidget) -> None:
    """Let the tab key go through `container` as the eye does, also to what was made later than its neighbours."""
    stops = [container, *tab_stops(container)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def tab_stops(container: QWidget) -> list[QWidget]:
    """Return what the tab key goes to inside `container`, in the order of the eye; Qt passes over what is hidden."""
    return _stops(container.layout())


def _stops(layout: QLayout | None) -> list[QWidget]:
    found: list[QWidget] = []
    for index in range(layout.count() if layout is not None else 0):
        item = layout.itemAt(index) if layout is not None else None
        widget = item.widget() if item is not None else None
        if widget is None:
            found += _stops(item.layout() if item is not None else None)
            continue
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
        inside = widget.widget() if isinstance(widget, QScrollArea) else widget
        found += _stops(inside.layout() if inside is not None else None)
    return found


def say(label: QLabel, text: str) -> None:
    """Put `text` into a label; an empty one takes no room."""
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))
