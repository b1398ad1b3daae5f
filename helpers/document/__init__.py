"""What does report.qmd print? Tables, charts, prose, open data, and how the document was made."""
