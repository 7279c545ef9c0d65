"""What one party may see of another's declaration; pure, and closed where nothing was agreed."""
