"""``tripo audit``: the commands on the audit package."""
