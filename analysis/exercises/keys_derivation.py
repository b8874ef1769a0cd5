"""Keys to the exercises on the derivation: chapters 1 to 4."""

KEYS = {}
