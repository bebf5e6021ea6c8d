"""The help page on the program's own delays."""
