"""ko."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
