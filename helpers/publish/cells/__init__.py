"""How do cells run? In a process of their own or in this one, and what they gave as Markdown."""
