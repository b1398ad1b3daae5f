"""What does a reviewer see? The marked-up document, two reports side by side, the live preview."""
