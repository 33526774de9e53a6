"""ja."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
