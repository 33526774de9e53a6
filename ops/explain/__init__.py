"""Why an order got its driver, and why another driver did not get it: from the decision's record, or from a replay up to it."""
