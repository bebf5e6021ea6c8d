"""Who is at the station: first run, sign-in and taking over."""
