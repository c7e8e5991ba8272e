"""Damaged files of every kind that is read, for the tests and for `make fuzz`."""
