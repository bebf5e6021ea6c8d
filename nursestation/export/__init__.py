"""A session as files, written from the store alone."""
