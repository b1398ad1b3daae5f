"""What is done to a file that pandoc, Typst or Quarto made, and what record lies beside it? The same with either engine."""
