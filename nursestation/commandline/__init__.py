"""What the commands do: the work behind `cli.py`, without click and without a window."""
