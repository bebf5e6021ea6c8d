"""The window: the only part that knows Qt. Widgets render frozen views and emit wishes; they decide nothing."""
