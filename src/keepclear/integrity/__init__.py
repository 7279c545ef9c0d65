"""Is what was declared what was meant? Checks that find wrong positions before anything is sent."""
