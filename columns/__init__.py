"""What the pure modules of all agents share: columns that grow, their bytes, what is read of a batch, and squares of the Earth."""
