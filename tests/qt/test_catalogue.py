"""Laws that hold for every page and sheet."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

from nursestation.core.model import Phase
from nursestation.ui import theme
from nursestation.ui.catalogue import make_pages, make_sheets
from nursestation.ui.monitors.page import MonitorsPage
from tests.helpers.bench_states import make_bench
from tests.helpers.station_views import make_chair, make_discharge_visit, make_readiness, make_station, make_visit

SOON = make_readiness("observation", "driver")
WAITING = replace(SOON, criteria=tuple(replace(line, earliest_in_s=500.0) for line in SOON.criteria))
STATIONS = {
    "free": make_station(),
    "check-in": make_station(make_chair(make_visit())),
    "infusion": make_station(make_chair(make_visit(Phase.INFUSION, infusion_run_s=60.0))),
    "discharge": make_station(make_chair(make_discharge_visit("driver", "aldrete"))),
    "observation": make_station(make_chair(make_discharge_visit(readiness=WAITING))),
    "locked": make_station(make_chair(make_visit()), operator=None),
    "new": make_station(operators=(), operator=None),
}
NAMES = (
    "first_run", "sign_in", "staff", "own_pin", "audit", "check_in", "discharge", "monitors", "protocols",
    "alarm_log", "delays", "records", "due", "about", "station", "self_test", "audio_off", "no_chairs", "nurses",
    "visits", "review",
)  # fmt: skip
SHEETS = (
    "event", "chart", "scores", "vitals", "drug", "watching", "waves", "colours",
    "dose", "notify", "pause", "stop_early", "end_early", "manual_bp", "flag", "monitor_patient", "start_cuff",
    "limits", "limits_proposal", "pause_alarms", "override_gate", "override_criterion", "export",
)  # fmt: skip


SIZES = ((1024, 706), (1664, 986))  # what 1280x800 and 1920x1080 leave for a page
CONTROLS = (QAbstractButton, QLineEdit, QComboBox)


@pytest.fixture(params=[*NAMES, *SHEETS])
def page(request, qtbot, tmp_path):
    late = (make_pages("0") | make_sheets(tmp_path))[request.param]
    made = late.page
    made.setParent(None)  # it is looked at by itself
    qtbot.addWidget(made)
    made.show_chair(2)
    made.resize(*SIZES[0])
    if isinstance(made, MonitorsPage):
        made.show_bench(make_bench())
    with qtbot.waitExposed(made):
        made.show()
    return made


def controls(page):
    found = [widget for kind in CONTROLS for widget in page.findChildren(kind)]
    return [widget for widget in found if widget.isVisibleTo(page)]


def settle(qapp):
    """Let posted layouts and shows happen; nothing is waited for."""
    for _ in range(3):
        qapp.processEvents()


def test_the_names_are_those_that_the_window_opens(tmp_path, qtbot):
    pages, sheets = make_pages("0"), make_sheets(tmp_path)
    for widget in (*pages.values(), *sheets.values()):
        qtbot.addWidget(widget)
    assert tuple(pages) == NAMES
    assert tuple(sheets) == SHEETS


def test_every_control_can_be_named_and_hit(page, qapp):
    for station in STATIONS.values():
        page.render(station)
        settle(qapp)
        names = [widget.objectName() for widget in controls(page)]
        assert all(names)
        assert sorted(set(names)) == sorted(names)
        for widget in controls(page):
            assert widget.accessibleName(), widget.objectName()
            assert widget.height() >= theme.TOUCH - 1, (widget.objectName(), widget.height())
            assert widget.width() >= theme.TOUCH - 1, (widget.objectName(), widget.width())


def test_every_field_is_reached_by_the_tab_key(page, qapp):
    page.render(STATIONS["check-in"])
    settle(qapp)
    wanted = {widget.objectName() for widget in page.findChildren(QLineEdit) if widget.isVisibleTo(page)}
    reached, widget = set(), page.nextInFocusChain()
    while widget is not page:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.add(widget.objectName())
        widget = widget.nextInFocusChain()
    assert wanted <= reached


@pytest.mark.parametrize("size", SIZES, ids=("small", "large"))
def test_nothing_sticks_out_sideways(page, qapp, size):
    page.resize(*size)
    for name, station in STATIONS.items():
        page.render(station)
        settle(qapp)
        assert page.width() == size[0], name
        for widget in controls(page):
            right = widget.mapTo(page, widget.rect().topRight()).x()
            assert right < page.width(), (name, widget.objectName())


def test_the_same_station_again_makes_no_new_widgets(page, qapp):
    for station in STATIONS.values():
        page.render(station)
        settle(qapp)
        before = {id(widget) for widget in page.findChildren(QWidget)}
        page.render(station)
        settle(qapp)
        assert {id(widget) for widget in page.findChildren(QWidget)} == before
