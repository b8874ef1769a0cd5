"""Numbers as people write them, and what is none: for the command, the functions and the pages."""

READ = [
    ("7B", 7e9),
    ("1.4T", 1.4e12),
    ("125m", 125e6),
    ("4e22", 4e22),
    ("4E+22", 4e22),
    (" 512 K ", 512e3),
    ("1_000_000", 1e6),
    ("0.5", 0.5),
    ("3.", 3.0),
    (".5B", 5e8),
    ("5e-1", 0.5),
    ("7 billion", 7e9),
    ("7 Billion parameters", 7e9),
    ("1.5e12 tok", 1.5e12),
    ("36T tokens", 36e12),
    ("1,000,000,000", 1e9),
    ("1,234.5K", 1234500.0),
    ("460 PF-days", 3.9744e22),
    ("1 pf-day", 8.64e19),
    ("1e21 FLOPs", 1e21),
    ("3 x 10^23", 3e23),
    ("3*10^23 FLOP", 3e23),
    ("3×10^23", 3e23),
]
"""A text, and what it says."""
REFUSED = [
    *("", "B", "7X", "7BB", "-7B", "seven", "nan", "inf", "1e", "0x10", "1,4T", "7 B B"),
    *("7_B", "_7B", "1,00,000", "1,000_000", "10^23", "3 x 10", "tokens", "7 dogs", "."),
]
SIZES = [("671B-A37B", 671e9, 37e9), ("30b - a3b", 30e9, 3e9), ("1T-A32B", 1e12, 32e9)]
"""Mixtures of experts: all parameters, and the active ones."""
