"""A party that asks for nothing but to learn another's plan, and what it learns within its budget."""
