"""The check-in page: from an empty chair to a running infusion."""
