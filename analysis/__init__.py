"""How small can a language model be? The mathematics behind the book.

- `laws`, `tradeoff`, `serving`, `limits`: the scaling law, the trade of size for data at equal
  loss, what it is worth to a model that is used, and what the law leaves out
- `derivation`, `theorem`: the same in SymPy, each step certified; which laws have a budget-free k_D
- `datasets`, `fit`, `bootstrap`, `overtraining`: public runs, robust fits, and what doubt does
- `testbed`, `atlas`: the 104 models of Gadre et al.; every other public set of runs
- `lab`: models that train in a fraction of a second
- `studies`: what is computed once, recorded and recalled
- `claims`: what sources print, what follows, the verdict
- `advice`: the practitioner's question (`python -m analysis`), and the released models
- `figures`, `exercises`: the pictures; answers that check themselves

A folder's own names are what others may use of it. Importing `analysis` loads nothing.
"""
