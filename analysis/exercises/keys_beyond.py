"""Keys to the exercises on what lies beyond: chapters 13 and 14."""

KEYS = {}
