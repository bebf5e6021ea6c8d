import subprocess
import sys

import pytest

from nursestation.entry import wants_window


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], True),
        (["--profile", "here"], True),
        (["--profile=here", "--simulate", "normal", "--simulate=bp-spike", "--seed", "3"], True),
        (["--profile"], False),
        (["--help"], False),
        (["--version"], False),
        (["drivers"], False),
        (["--profile", "here", "drivers"], False),
        (["--simulat", "normal"], False),
    ],
)
def test_a_window_is_wanted_where_the_command_line_will_open_one(arguments, expected):
    assert wants_window(arguments) is expected


def test_the_first_picture_waits_for_nothing_of_the_program():
    script = (
        "import sys; from nursestation.entry import appear; appear(); "
        "print(sorted(name for name in sys.modules if name.startswith(('nursestation', 'devices', 'numpy', 'pydantic',"
        " 'click', 'sqlite_utils', 'pyqtgraph', 'platformdirs'))))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.strip() == str(
        ["nursestation", "nursestation.entry", "nursestation.paths", "nursestation.ui", "nursestation.ui.opening"]
    )


def test_no_module_is_read_as_text_to_be_imported():
    script = (
        "from nursestation.entry import appear; appear(); import linecache, nursestation.app; "
        "print([name for name in linecache.cache if 'numpy' in name or 'nursestation' in name])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"


def test_the_plotting_library_waits_until_somebody_looks_at_a_trend():
    script = "import sys, nursestation.app; print('pyqtgraph' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "False"
