"""Who works here, one's own PIN, and who did what."""
