"""ru."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
