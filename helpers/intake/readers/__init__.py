"""How is a published file read? One reader for each kind of file gives grids and text."""
