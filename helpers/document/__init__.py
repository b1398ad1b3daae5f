"""What does report.qmd show? Tables, charts, prose, open data, and how the document was made."""
