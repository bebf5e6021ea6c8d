"""The record itself: room on its disk, backups, and how long visits are kept."""
