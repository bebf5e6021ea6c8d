"""`python -m nursestation` is the same program as `nursestation`."""

from nursestation.entry import main

main()
