"""The shell around the core: opens files, reads the clock, loads the geoid grid."""
