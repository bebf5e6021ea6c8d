import subprocess
import sys
from types import ModuleType

import pytest

from devices.drivers import berry_pm6750, ge_dinamap
from devices.errors import DriverLookupError
from devices.registry import all_drivers, collect, lookup


def module(name, **members):
    made = ModuleType(name)
    for key, value in members.items():
        setattr(made, key, value)
    return made


def test_the_drivers_of_the_folder_are_found_in_the_order_of_their_names():
    names = list(all_drivers())
    assert {"berry_pm6750", "capnostream20", "ge_dinamap"} <= set(names)
    assert names == sorted(names)


def test_an_entry_makes_both_ends_afresh():
    entry = lookup("ge_dinamap")
    assert entry.info.name == "ge_dinamap"
    assert isinstance(entry.make(), ge_dinamap.GeDinamap)
    assert entry.make() is not entry.make()
    assert isinstance(entry.make_monitor(), ge_dinamap.GeDinamapMonitor)


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(DriverLookupError, match=r"no driver named 'dinamap'.*berry_pm6750.*ge_dinamap"):
        lookup("dinamap")


@pytest.mark.parametrize("name", all_drivers())
def test_a_driver_looked_up_alone_is_the_one_among_all(name):
    assert lookup(name) == all_drivers()[name]


def test_a_station_loads_the_drivers_of_its_monitors_alone():
    script = (
        "import sys; from devices.registry import lookup; lookup('nonin'); "
        "print(sorted({name.split('.')[2] for name in sys.modules if name.startswith('devices.drivers.')}))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "['nonin']"


def test_two_drivers_of_one_name_are_refused():
    twin = module("outside.twin", DRIVER=berry_pm6750.DRIVER, MONITOR=berry_pm6750.MONITOR)
    with pytest.raises(DriverLookupError, match=r"Two drivers are named 'berry_pm6750'.*outside\.twin"):
        collect([berry_pm6750, twin])


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"DRIVER": berry_pm6750.DRIVER},
        {"MONITOR": berry_pm6750.MONITOR},
        {"DRIVER": object, "MONITOR": berry_pm6750.MONITOR},
    ],
)
def test_a_module_that_does_not_name_both_classes_is_refused(members):
    with pytest.raises(DriverLookupError, match=r"outside\.half is no driver module"):
        collect([module("outside.half", **members)])


ACME = """
from dataclasses import replace
from devices.drivers import ge_dinamap
class Acme(ge_dinamap.GeDinamap):
    info = replace(ge_dinamap.GeDinamap.info, name="acme")
DRIVER, MONITOR = Acme, ge_dinamap.MONITOR
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a package with one entry point beside the others."""

    def install(entry_point):
        (tmp_path / "acme_driver.py").write_text(ACME, encoding="utf-8")
        info = tmp_path / "acme-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[nursestation.drivers]\n{entry_point}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    return install


def test_an_installed_package_adds_a_driver(install):
    install("acme = acme_driver")
    found = all_drivers.__wrapped__()
    assert {"acme", "ge_dinamap"} <= set(found)
    assert found["acme"].make().info.name == "acme"


def test_a_driver_of_an_installed_package_is_looked_up_too(install):
    install("acme = acme_driver")
    assert lookup.__wrapped__("acme").info.name == "acme"


def test_an_entry_point_that_is_no_module_is_refused(install):
    install("acme = acme_driver:DRIVER")
    with pytest.raises(DriverLookupError, match="entry point acme = acme_driver:DRIVER must name a driver module"):
        all_drivers.__wrapped__()
