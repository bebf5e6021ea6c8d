"""All chairs at a glance: the rail on the left."""
