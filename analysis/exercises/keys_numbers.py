"""Keys to the exercises on the numbers: chapters 5 to 7."""

KEYS = {}
