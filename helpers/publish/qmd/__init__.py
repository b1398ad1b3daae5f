"""What does a .qmd say? Its header and options, its cells and the prose between them."""
