"""How a page is put together: columns, labelled fields, parts that scroll. Nothing here holds state."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import FieldLabel
from nursestation.ui.scrolling import Scroll

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
    return Scroll(content, object_name)


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
    for before, after in pairwise(tab_stops(container)):
        QWidget.setTabOrder(before, after)


def tab_stops(container: QWidget) -> list[QWidget]:
    """Return what the tab key goes to inside `container`, in the order of the eye; what is hidden or disabled too."""
    found: list[QWidget] = []
    for child in _in_order(container):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.focusProxy() is None:
            found.append(child)
        found += tab_stops(child)
    return found


def _in_order(container: QWidget) -> list[QWidget]:
    """Return the widgets right inside `container`: as its layout has them, then those that no layout places."""
    placed = _placed(container.layout())
    others = [child for child in container.children() if isinstance(child, QWidget) and not child.isWindow()]
    return placed + [child for child in others if child not in placed]


def _placed(layout: QLayout | None) -> list[QWidget]:
    found: list[QWidget] = []
    for index in range(layout.count() if layout is not None else 0):
        item = layout.itemAt(index) if layout is not None else None
        widget = item.widget() if item is not None else None
        found += [widget] if widget is not None else _placed(item.layout() if item is not None else None)
    return found


def say(label: QLabel, text: str) -> None:
    """Put `text` into a label; an empty one takes no room."""
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))
