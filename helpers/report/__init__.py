"""What is a report folder? The official form as data, figures, findings, and the folder read and saved."""
