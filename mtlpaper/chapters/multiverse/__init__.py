"""Every claim in many settings that the paper does not exclude."""
