"""pl."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
