"""What is measured of the pricing agent: simulated worlds, recorded quotes, off-policy estimates."""
