"""The alarm log's page."""
