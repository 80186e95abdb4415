"""What the company answers when it is asked for a world that cannot be."""


class ImpossibleWorldError(ValueError):
    """No such world can be written, for a reason that whoever asked can change; the sentence says which."""
