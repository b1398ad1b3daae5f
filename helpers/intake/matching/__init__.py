"""Which figure is which? Grids and text placed on the form by their labels."""
