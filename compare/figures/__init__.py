"""figures: one file a figure, and the drawing that they share."""
