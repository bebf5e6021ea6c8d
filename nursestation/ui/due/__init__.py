"""What is due next over all chairs."""
