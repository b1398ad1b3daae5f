"""How do cells run? In a Jupyter kernel or in this process, and what they gave as Markdown."""
