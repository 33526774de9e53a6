"""ar."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
