"""The two errors that bad input raises."""


class InputError(ValueError):
    """The run cannot go on as asked; the message names the file or key and the cure."""


class BadShape(ValueError):
    """One shape cannot be used; the message is the reason. The rest of the data set goes on."""
