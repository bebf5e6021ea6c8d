"""A lead nurse edits a protocol through the window; it counts at once and after a restart."""

import pytest

from nursestation.config.protocol_files import load_protocols
from nursestation.paths import resource
from tests.e2e.program import Program
from tests.e2e.test_monitor_setup import OFFSCREEN, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def test_a_protocol_is_edited_and_stays_after_a_restart(tmp_path):
    profile = tmp_path / "profile"
    profile.mkdir()
    with Program(profile, env=OFFSCREEN, log=tmp_path / "stderr") as program:
        program.do("resize", 1280, 800)
        sign_up(program)
        program.click("station")
        program.click("station_protocols")
        program.until(lambda: program.do("shown", "protocols_list_depression_iv"), "the protocols are listed")
        program.click("protocols_list_depression_iv")
        assert program.do("clipped") == []
        program.click("protocol_edit")
        program.type("protocol_author", "Dr M. Lindqvist")
        program.click("protocol_parts_length")
        program.type("protocol_planned_min", "50")
        program.until(lambda: "50 min, before 45 min" in program.do("text", "protocol_changes"), "what changes is told")
        assert program.do("clipped") == []
        program.click("protocol_save")
        program.until(lambda: program.do("shown", "protocol_detail_origin"), "the save is answered")
        assert program.do("text", "protocol_detail_origin") == "Clinic's own"
        assert program.close() == 0
    shipped, ours = (
        {one.name: one for one in load_protocols(resource("protocols"), *own)}["depression_iv"]
        for own in ((), (profile / "protocols",))
    )
    assert (ours.planned_min, ours.version, ours.author) == (50, shipped.version + 1, "Dr M. Lindqvist")
    with Program(profile, env=OFFSCREEN, log=tmp_path / "stderr") as program:
        program.until(lambda: program.do("names"), "the program starts on the clinic's own file")
        assert program.close() == 0
