"""Keys to the exercises on the evidence: chapters 8 to 12."""

KEYS = {}
