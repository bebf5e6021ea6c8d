"""Every option, command and driver is documented, and every link in the documents leads somewhere."""

import re
from pathlib import Path

import pytest

from devices.registry import all_drivers
from nursestation.cli import main
from nursestation.config.describe import settings_page
from nursestation.export.formats import FORMATS, formats_table

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), DOCS.parent / "README.md"])


def test_the_settings_page_is_the_declarations():
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == settings_page()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_with_an_example(name):
    command = main.commands[name]
    assert command.help
    assert command.epilog.startswith(f"Example: nursestation {name}")


@pytest.mark.parametrize("name", FORMATS)
def test_every_export_format_is_named_on_the_command_line_and_the_page(name):
    option = next(one for one in main.commands["export"].params if one.name == "format_")
    assert name in re.findall(r"\w+", option.help)
    line = next(line for line in (DOCS / "ui-pages.md").read_text(encoding="utf-8").splitlines() if "`export`" in line)
    assert name in re.findall(r"\w+", line)


def test_the_page_of_exports_tells_what_each_format_holds_and_leaves_out():
    assert formats_table() in (DOCS / "exports.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(all_drivers()))
def test_every_driver_has_a_page(name):
    assert (DOCS / "drivers" / f"{name}.md").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing
