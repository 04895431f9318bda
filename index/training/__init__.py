"""How ``index/model`` was made: ``python -m index.training.train --corpus DIR -o DIR``.

Needs the ``train`` extra besides the package's own requirements: ``rjieba`` (word bounds for the tokenizer
and the pseudo-English) and ``scipy`` (only for ``benchmark --sts``). The loop is plain torch: ``datasets`` and
``accelerate`` are not needed.
Importing these modules is cheap: heavy packages are imported where they are used.
"""
