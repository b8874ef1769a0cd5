"""The book's exercises that check themselves: `check("4.2", answer)` says what to look at again.

`answers` holds the kinds of answer, the `keys_*` modules one key for each exercise, part by part.
"""

from analysis.exercises.checking import Check, check, numbers

__all__ = ["Check", "check", "numbers"]
