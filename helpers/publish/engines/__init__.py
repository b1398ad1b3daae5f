"""What makes the files? Quarto, or pandoc and Typst from wheels."""
