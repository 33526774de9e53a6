"""nl."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
