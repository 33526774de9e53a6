"""Support: what a customer's message asks for, and whether it is answered or handed over."""
