"""All chairs on another screen, to be looked at from across the room."""
