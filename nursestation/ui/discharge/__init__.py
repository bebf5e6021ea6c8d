"""The discharge page: criteria with their evidence, the driver, and the signature."""
