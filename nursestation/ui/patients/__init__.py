"""Patients who were here before: finding them, and what is told of their last visit."""
