"""How small can a language model be? The mathematics behind the book.

- `laws`, `tradeoff`, `serving`: the scaling law, its optimum, the trade of size for data at equal
  loss, and what it is worth to a model that is used
- `derivation`, `certificates`: the same in SymPy, each step checked
- `theorem*`, `microscope`, `known_laws`: which laws have a budget-free k_D, proved and looked at
- `models`, `limits`, `advice`, `counts`: released models, what the law leaves out, and the answer
  to a practitioner's question (`python -m analysis`)
- `datasets`, `fit`, `bootstrap`, `uncertainty`: public runs, robust fits, and what doubt does
- `overtraining`, `extrapolation`, `recipes`, `frontier`, `noise`, `isoloss`: the testbed
- `language`, `lab`, `lab_experiments`, `lab_studies`, `pointer`: models that train in a fraction of
  a second on a language whose law is known; `checkpoint`: long computations that resume
- `claims`: what sources print, what follows, the verdict
- `figures*`, `picture`: the pictures; `explorer`, `curve`: the interactive one

Importing `analysis` loads nothing; import the module that you need.
"""
