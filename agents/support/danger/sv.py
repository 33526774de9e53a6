"""sv."""

TABLE = ""
IDIOMS = ""
FRIENDS = ""
