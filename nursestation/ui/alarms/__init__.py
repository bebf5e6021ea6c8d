"""The alarm bar and its list."""
