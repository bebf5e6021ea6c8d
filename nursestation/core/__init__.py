"""The visit without I/O: no file, no thread, no window, no wall clock."""
