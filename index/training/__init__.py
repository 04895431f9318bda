"""How ``index/model`` was made: ``python -m index.training.train --corpus DIR -o DIR``.

Needs the ``train`` extra besides the package's own requirements: ``rjieba`` (word bounds for the tokenizer
and the pseudo-English), and for ``benchmark`` ``ir-measures``, ``pytrec-eval-terrier`` and ``scipy``. The loop is
plain torch: ``datasets`` and ``accelerate`` are not needed.
Importing these modules is cheap: heavy packages are imported where they are used.
"""
