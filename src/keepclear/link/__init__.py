"""The direct line between duty desks, without a socket: what is said, by whom, and what follows."""
