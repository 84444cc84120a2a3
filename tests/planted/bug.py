"""What a planted bug is."""

from typing import NamedTuple


class Bug(NamedTuple):
    what: str  # as a colleague would say it in a review
    file: str  # under src/
    right: str  # occurs exactly once in the file
    wrong: str
