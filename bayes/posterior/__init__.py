"""posterior: the draws, what is checked of them, and what is computed from them."""
