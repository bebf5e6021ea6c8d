"""One picture, drawn in several ways: ours, what one would write otherwise, and Qt's floor."""
