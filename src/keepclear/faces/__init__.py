"""What people and programs touch; thin, and without decisions of their own."""
