"""Sheets: small panels beside the vitals for charting, answering and correcting; none covers the alarm bar."""
