"""no."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
