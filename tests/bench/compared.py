"""What the whole program and the plain one have in common. Imports nothing: neither is to be given the other's memory."""

SIZE = (1920, 1080)
"""Of the window [px]."""
SETTLE_S = 5.0
"""From the first waves to the first stretch [s]."""
WAVES = 3
"""Of each chair."""
FRAME_MS = 17
"""Between two pictures; `nursestation.ui.bridge.FRAME_MS`, held by a test."""
WAVE_PEN = 1.6
"""Width of a wave [px]; `nursestation.ui.theme.WAVE_PEN`, held by a test."""
