"""Plots: live waves, painted by ourselves, and the session trend, the only place where pyqtgraph is used."""
