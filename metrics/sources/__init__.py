"""From bytes to rows and refusals: one file per source, and what they share. Pure."""
