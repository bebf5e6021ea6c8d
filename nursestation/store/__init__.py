"""The record on disk: append-only, one writer."""
