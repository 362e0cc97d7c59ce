"""For those who audit: one cent followed both ways, and everything of a period as tables. Reads only."""
