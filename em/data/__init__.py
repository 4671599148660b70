"""data: checked values with weights, and what stands for many of them."""
