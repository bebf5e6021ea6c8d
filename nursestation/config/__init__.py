"""What a clinic sets, declared once and read from files that name their own mistakes."""
