"""zh."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
