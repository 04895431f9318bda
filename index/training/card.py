"""The model card: recipe and data from the training run, figures from ``benchmark --card``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.training.corpus import CorpusError, Source

if TYPE_CHECKING:
    from index.training.train import Recipe

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

# name of a source without "_en": (what it is, licence)
DATA = {
    "cmrc2018_train": ("CMRC 2018, training questions", "CC BY-SA 4.0"),
    "drcd_dev": ("DRCD, development questions", "CC BY-SA 3.0"),
    "en_zh_cedict": ("CC-CEDICT dictionary glosses", "CC BY-SA 4.0"),
    "en_zh_tatoeba": ("Tatoeba sentence pairs", "CC BY 2.0"),
    "finance_insurance_qa": ("finance and insurance terms", "CC BY 4.0 / Apache-2.0"),
    "guangdong_service_matters_pairs": ("Guangdong service matters", "MIT"),
    "legal_advice_qa": ("legal advice questions", "Apache-2.0"),
    "title_body_official": ("titles and bodies of official news", "MIT"),
    "authored_queries": ("queries written for this project on official paragraphs", "this project"),
    "encyclopedia_queries": ("English questions written for this project on Wikipedia paragraphs", "this project; paragraphs CC BY-SA"),
    "clause_quote": ("question → quoted words of invented clauses", "this project"),
    "clause_sentence": ("question → sentence of invented clauses", "this project"),
    "clause_whole": ("question → invented clause with region and heading", "this project"),
    "lexicon": ("trade terms: synonyms, everyday words, English", "this project"),
    "clause_questions": ("question → another question that the same words answer", "this project"),
    "same_translation": ("Tatoeba sentences with the same translation", "CC BY 2.0"),
    "synonyms": ("words with the same CC-CEDICT gloss; names of one term; groups of the thesaurus", "CC BY-SA 4.0; this project; MIT"),
    "reworded": ("Chinese questions and sentences, reworded by program", "as their sources; CC BY-SA 4.0"),
    "crops_laws": ("laws: sentence or window → (rest of) its paragraph", "official texts"),
    "crops_mrc": ("Wikipedia contexts: sentence or window → (rest of) its paragraph", "CC BY-SA"),
    "crops_other": ("policies, customs, tax: sentence or window → (rest of) its paragraph", "official texts, MIT"),
    "headings": ("title or heading → the paragraph after it", "official texts, CC BY-SA, MIT"),
}

TEMPLATE = """---
language: [zh, en]
library_name: sentence-transformers
pipeline_tag: sentence-similarity
license: cc-by-sa-4.0
tags: [sentence-transformers, static-embeddings, retrieval, chinese, trade-policy]
---

# Chinese and English questions → Chinese trade-policy sentences

A static sentence encoder: a Unigram tokenizer of {pieces} pieces and one learned vector of {dim} numbers for
each; a text's vector is the mean of its token vectors at length 1. No network layers, so it
encodes thousands of texts a second on one core and needs no GPU. Trained from random numbers on the data
below; no other model was used.

## Use

```python
from sentence_transformers import SentenceTransformer

encoder = SentenceTransformer("index/model").float()  # the weights are stored in float16
vectors = encoder.encode(["信保保费能补多少？", "按实缴保费的50%给予补助。"])
```

Without `.float()` it computes in float16: about 3e-4 of rounding, and not-a-number for a text
without tokens (empty, or punctuation only), which is the zero vector otherwise.

Without torch: `tokenizer.json` (tokenizers) gives the ids, `model.safetensors` holds one tensor
`embedding.weight`, float16 ({pieces}, {dim}), row i for token id i; mean, then divide by the length
(`StaticEncoder` in `index/embed.py`).

The length of a token vector is the weight that training gave the token. They also serve for late
interaction: for each query token the best cosine among the passage's tokens, weighted by the query token's
length. Training looked after both scores. The search also weighs a query's token by how rare it is in the index
and takes a little from long passages (`index/tokenquery.py`, `index/late.py`), and a sentence's vector has that of its clause
in it (`index/cut.py`); "best sentence" and "fused" below have all of it.

The tokenizer reads full-width as half-width forms, upper as lower case, Traditional as Simplified characters
(OpenCC's single-character table, Apache-2.0), cuts English endings (policies → policy, trading → trad), and
drops punctuation except %.

## Licence

The weights are under CC BY-SA 4.0, because some of the text they were trained on is under CC BY-SA; the code
is under Apache-2.0.

## Data

| source | pairs | licence |
|---|---|---|
{data}

"pseudo-English": copies whose Chinese questions were replaced word by word by glosses of CC-CEDICT, Tatoeba
and the lexicon; made by a program, not by people. Official texts are laws, regulations and notices (not
under copyright by art. 5 of the PRC Copyright Law). Attribution: CC-CEDICT (MDBG), Tatoeba contributors,
HFL CMRC 2018, DRCD (Delta Research Center), Wikipedia contributors.

## Recipe

```
python -m index.training.train --corpus CORPUS/open{thesaurus} -o index/model
```

{steps} steps of Adam (rate {rate}, linear warm-up and decay), each on a batch of at most {batch} pairs of one
source, so that the negatives are hard; sources are drawn by weight × pairs^0.6. Loss: InfoNCE in
both directions (scale {scale}) on the mean vectors, plus {late} × InfoNCE on the late-interaction score of
{late_batch} of the pairs. A token's vector is one of its own plus {parts} × the mean of those of its parts
(characters, letter runs), summed into the table at the end. In the first, each token is left out with chance {drop}. Equal texts are
not taken as negatives of each other; clause pairs bring a sentence of the same clause as one more
negative. Seed {seed}. {minutes:.0f} minutes on two shared cores.
All authored questions were trained on, so figures on them say nothing.

## Measured

{begin}
not yet
{end}

## Limits

- The order of words counts for nothing: from A to B and from B to A are alike, and so, nearly, are a
  rule and its negation. Numbers and dates are matched loosely. Use it beside a lexical score.
- Trained for questions against policy sentences and paragraphs. It is weak at telling near
  paraphrases apart (see the sentence pairs above).
- English is served less well than Chinese; English names that CC-CEDICT lacks are spelled out in pieces
  that mean little. Other languages are not served.
- Traditional characters are read one by one; words that differ between regions (資訊, 信息) are not unified.
- A score is no probability that a text answers the question: it cannot tell by itself that nothing does.
"""


def model_card(recipe: Recipe, sources: Sequence[Source], minutes: float, thesaurus: bool = False) -> str:
    """README.md of the model folder, with room for the figures that ``benchmark --card`` writes.

    ``recipe.pieces`` is the number of pieces that the tokenizer has; ``thesaurus``: whether one was read.
    """
    rows = []
    for source in sources:
        plain = source.name.removesuffix("_en")
        what, licence = DATA.get(plain, (plain.replace("_", " "), "see the corpus"))
        if plain != source.name:
            what, licence = f"{what}: pseudo-English", f"{licence}; CC-CEDICT CC BY-SA 4.0"
        rows.append(f"| {what} | {len(source):,} | {licence} |")
    read = " --thesaurus cilin_ext.txt.xz" if thesaurus else ""
    return TEMPLATE.format(**vars(recipe), data="\n".join(rows), minutes=minutes, thesaurus=read, begin=BEGIN, end=END)


def write_figures(card: Path, figures: str) -> None:
    """Put the figures between the card's two marks; raises CorpusError where the marks are missing."""
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    if BEGIN not in text or END not in text:
        raise CorpusError(f"{card}: not a model card with the marks {BEGIN} and {END}")
    head, rest = text.split(BEGIN, 1)
    card.write_text(f"{head}{BEGIN}\n{figures}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")
