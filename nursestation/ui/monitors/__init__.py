"""The page that binds monitors to chairs: what is connected, how its link does, adding, changing and taking away."""
