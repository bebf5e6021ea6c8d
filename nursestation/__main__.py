"""`python -m nursestation` is the same program as `nursestation`."""

from nursestation.cli import main

main(prog_name="nursestation")
