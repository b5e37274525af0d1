"""Times in seconds: measured ones summarised, calls answered, incidents attended, published means, and their change."""
