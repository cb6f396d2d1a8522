"""Collections of passages that people save, and their export."""
