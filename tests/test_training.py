"""The encoder's training room: readers, measures, tokenizer table, and a toy model from start to end."""

from __future__ import annotations

import importlib.util
import json
import lzma
import math
import random
from pathlib import Path

import numpy as np
import pytest

from index.embed import StaticEncoder
from index.late import LENGTH, LENGTH_OF_PART, TYPICAL, Late
from index.ragged import Ragged
from index.tokenquery import OTHER, TokenQuery
from index.training import benchmark, corpus, train
from index.training.batches import Packed
from index.training.gloss import Glosser, clean_gloss
from index.training.translations import translations

TRAIN_EXTRA = ("torch", "sentence_transformers", "tokenizers", "rjieba", "opencc", "tqdm")
MISSING = [name for name in TRAIN_EXTRA if importlib.util.find_spec(name) is None]
needs_train_extra = pytest.mark.skipif(
    bool(MISSING), reason=f"TRAINING IS NOT TESTED: {', '.join(MISSING)} missing, pip install '.[train]'"
)


def write_lines(path: Path, records: list[dict[str, object]]) -> None:
    """JSON lines, xz where the name says so."""
    data = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()
    path.write_bytes(lzma.compress(data) if path.suffix == ".xz" else data)


def toy_beir(folder: Path, ending: str = "") -> Path:
    folder.mkdir()
    texts = {"d1": "出口退税 办理", "d2": "海外仓 补助", "d3": "通关 时间"}
    write_lines(folder / f"corpus.jsonl{ending}", [{"_id": i, "title": "", "text": t} for i, t in texts.items()])
    queries = {"q1": "退税", "q2": "海外仓", "unjudged": "天气"}
    write_lines(folder / f"queries.jsonl{ending}", [{"_id": i, "text": t} for i, t in queries.items()])
    qrels = b"query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\nq2\td3\t1\nq2\td1\t0\n"
    (folder / f"qrels.tsv{ending}").write_bytes(lzma.compress(qrels) if ending else qrels)
    return folder


def toy_corpus(root: Path) -> tuple[Path, Path]:
    """A corpus and an authored folder with a few dozen pairs."""
    opened, authored = root / "open", root / "authored"
    opened.mkdir()
    authored.mkdir()
    things = [
        "出口信用保险",
        "跨境电商",
        "海外仓",
        "出口退税",
        "参展补贴",
        "贸易融资",
        "通关便利",
        "外贸稳岗",
    ]
    lines = [f"第{n}条 企业办理{t}的，可以向主管部门提出申请。主管部门应当及时办理{t}事项。" for n, t in enumerate(things)]
    (opened / "laws.txt").write_text("\n".join(lines), encoding="utf-8")
    write_lines(
        opened / "qa.jsonl.xz",
        [{"query": f"{t}怎么办？", "positive": x} for t, x in zip(things, lines, strict=True)],
    )
    write_lines(
        opened / "en.jsonl",
        [{"query": "export", "positive": "出口"}, {"query": "tax rebate", "positive": "退税"}],
    )
    write_lines(
        authored / "queries.jsonl",
        [{"query": f"哪里办{t}", "positive": x} for t, x in zip(things, lines, strict=True)],
    )
    clauses = [
        {
            "id": t,
            "region": "云岭市",
            "heading": t,
            "clause": f"对办理{t}的企业给予补助。每家企业最高补助10万元。",
            "questions": [{"q": f"{t}最多补多少", "quote": "每家企业最高补助10万元"}],
        }
        for t in things
    ]
    write_lines(authored / "clauses.jsonl", [*clauses, {"comparison": "不是条款"}])
    header = "term\tsynonyms\teveryday\tenglish\ttopic\n"
    (authored / "lexicon.tsv").write_text(header + "出口退税\t退税\t退钱\texport tax rebate\ttax\n", encoding="utf-8")
    return opened, authored


@pytest.mark.parametrize("ending", ["", ".xz"])
def test_read_beir(tmp_path: Path, ending: str) -> None:
    bench = benchmark.read_beir(toy_beir(tmp_path / "toy", ending))
    assert bench.name == "toy"
    assert bench.documents == ["出口退税 办理", "海外仓 补助", "通关 时间"]
    assert bench.queries == ["退税", "海外仓"]
    assert bench.gains == [{0: 1.0}, {1: 2.0, 2: 1.0}]


def test_read_beir_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(corpus.CorpusError, match=r"no corpus\.jsonl"):
        benchmark.read_beir(tmp_path)
    folder = toy_beir(tmp_path / "toy")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tnobody\t1\n", encoding="utf-8")
    with pytest.raises(corpus.CorpusError, match="unknown document nobody"):
        benchmark.read_beir(folder)


def test_measure_by_hand() -> None:
    bench = benchmark.Benchmark("toy", ["a", "b", "c"], ["x", "y"], [{0: 1.0}, {1: 1.0, 2: 1.0}])
    scores = np.asarray([[0.9, 0.1, 0.2], [0.5, 0.5, 0.1]], dtype=np.float32)
    found = benchmark.measure(bench, scores)
    # Second question: a before b (a tie ranks by row), then c; its rows stand at ranks 2 and 3.
    second = (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))
    assert found["nDCG@10"] == pytest.approx((1 + second) / 2)
    assert found["R@10"] == 1.0
    assert found["MRR@10"] == pytest.approx((1 + 0.5) / 2)


def test_scores_by_hand(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="TOKEN SCORES ARE NOT TESTED: tokenizers missing")
    from safetensors.numpy import save_file

    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "a": 1, "b": 2, "c": 3}, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    table = np.asarray([[0, 0], [3, 0], [0, 1], [1, 1]], dtype=np.float32)
    save_file({"embedding.weight": table}, tmp_path / "model.safetensors")
    model = StaticEncoder(tmp_path)
    bench = benchmark.Benchmark("toy", ["a", "c"], ["a b"], [{0: 1.0}])
    assert model.encode(["a b", ""]) == pytest.approx(np.asarray([[3, 1], [0, 0]]) / np.asarray([[10**0.5], [1]]))
    # Mean of a and b is (1.5, 0.5); against a: 3/√10, against c: 4/√20.
    found = {kind: scores[0] for kind, scores in benchmark.score_kinds(bench, model).items()}
    assert found["dense"] == pytest.approx([3 / 10**0.5, 4 / 20**0.5])
    # Of two sentences and OTHER ones each of a and c is in one, b in none; their lengths are 3 and 1.
    once, never = math.log(1 + (OTHER + 1.5) / 1.5), math.log(1 + (OTHER + 2.5) / 0.5)
    a, b, short = 3 * once, never, LENGTH_OF_PART * math.log(TYPICAL)
    assert found["late interaction"] == pytest.approx([a / (a + b) + short, 0.5**0.5 + short])
    longer = (LENGTH_OF_PART - LENGTH) * math.log(TYPICAL)
    assert found["late interaction, best sentence"] == pytest.approx(found["late interaction"] - longer)
    x, y = 3 * once**0.5, never**0.5
    assert found["dense, best sentence"] == pytest.approx([x / math.hypot(x, y), (x + y) / math.hypot(x, y) / 2**0.5])


def test_the_best_sentence_of_a_document_counts() -> None:
    sentences = benchmark.Sentences.of(["甲条支持出口企业。乙条支持进口企业。", "丙条支持保险机构。"])
    assert sentences.texts == ["甲条支持出口企业。", "乙条支持进口企业。", "丙条支持保险机构。"]
    assert sentences.best(np.array([[0.1, 0.9, 0.4]], np.float32)).tolist() == [[np.float32(0.9), np.float32(0.4)]]


def test_late_interaction_is_the_products(tmp_path: Path) -> None:
    class Random:
        table = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
        units = table / np.linalg.norm(table, axis=1, keepdims=True)
        usual = np.zeros(9, np.float32)

        def token_ids(self, texts: list[str]) -> list[list[int]]:
            return [list(map(int, text)) for text in texts]

    model, texts = Random(), ["0123", "", "45", "888"]
    asked = [
        TokenQuery(np.array(ids, np.int64), np.ones(len(ids), np.float32), np.ones(len(ids), bool), model.units)
        for ids in ([1, 7], [], [8])
    ]
    found = benchmark.late_scores(asked, Ragged.of(model.token_ids(texts)), model)
    late = Late.build(texts, model)
    assert found == pytest.approx(np.stack([late.scores(query, np.arange(4))[0] for query in asked]), abs=1e-6)


def test_translations_are_told_apart_by_their_company() -> None:
    """1 goes with 5 and 2 with 6, alone or together; 3 is in both pairs, as a word of grammar is, and takes neither."""
    english = [np.asarray(ids, np.int32) for ids in ([1, 3], [2, 3], [1], [2], [1, 2])]
    chinese = [np.asarray(ids, np.int32) for ids in ([5], [6], [5], [6], [5, 6])]
    found = {(e, c): chance for e, c, chance in translations(english, chinese, np.ones(5), 7)}
    assert found[1, 5] > 0.9
    assert found[2, 6] > 0.9
    assert (1, 6) not in found
    assert found[3, 5] == pytest.approx(0.5, abs=0.01)
    assert all(sum(c for (e, _), c in found.items() if e == one) <= 1 + 1e-9 for one in (1, 2, 3))
    assert translations([], [], np.ones(0), 7) == []


def test_a_thesaurus_gives_its_synonyms_only(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes("Aa\n\nAa01A01= 人 士 人物\nAa01A02# 出口 进口\nAa01A03@ 独词\n".encode("gb18030"))
    assert corpus.read_thesaurus(file) == [["人", "士", "人物"]]


def test_a_question_is_put_in_other_words() -> None:
    pytest.importorskip("rjieba", reason="REWORDING IS NOT TESTED: rjieba missing")
    reworder = corpus.Reworder([["补贴", "补助"]], [["怎么", "如何"]])
    said = {reworder.reword("怎么领补贴", random.Random(seed)) for seed in range(60)}
    assert {"怎么领补贴", "如何领补贴", "怎么领补助", "如何领补助"} <= said


@needs_train_extra
def test_pieces_share_characters_synonyms_and_translations() -> None:
    import torch

    from index.training.parts import Shared, Table, part_matrix, sparse

    pieces = ["[UNK]", "外贸", "外", "津贴", "补助", "trade"]
    parts = part_matrix(pieces, {"津贴": ["7"], "补助": ["7"]}).to_dense()
    assert parts.sum(dim=1).tolist() == pytest.approx([0, 1, 1, 1, 1, 0])
    assert float(parts[1] @ parts[2]) > 0  # both hold 外
    assert float(parts[3] @ parts[4]) == pytest.approx(1)  # no character in common, one meaning
    shared = Shared(part_matrix(pieces, {}), sparse([(5, 1, 0.5)], (6, 6)))
    torch.manual_seed(0)
    tied, loose = Table(shared, 4, 1.0, 1.0, "cpu"), Table(shared, 4, 1.0, 0.0, "cpu")
    for mine, theirs in zip(loose.parameters, tied.parameters, strict=True):
        mine.data.copy_(theirs.data)
    apart = loose.vectors()
    assert torch.allclose(tied.vectors()[5], apart[5] + 0.5 * apart[1])
    # The gradient by hand is autograd's: of Σ w·vectors, what its transposed product gives.
    weights = torch.arange(24.0).reshape(6, 4)
    tied.take_gradient(weights)
    own, pool = (p.detach().clone().requires_grad_() for p in tied.parameters)
    base = own + shared.parts.to_dense() @ pool
    (weights * (base + shared.translations.to_dense() @ base)).sum().backward()
    assert torch.allclose(tied.parameters[0].grad, own.grad)
    assert torch.allclose(tied.parameters[1].grad, pool.grad)


def test_clause_pairs_carry_a_sibling_that_lacks_the_quote(tmp_path: Path) -> None:
    _, authored = toy_corpus(tmp_path)
    quote, sentence, whole = corpus.clause_sources(corpus.read_records(authored / "clauses.jsonl"), random.Random(0))
    assert quote.positives[0] == "每家企业最高补助10万元"
    assert sentence.positives[0] == "每家企业最高补助10万元。"
    assert sentence.negatives[0] == "对办理出口信用保险的企业给予补助。"
    assert "对办理出口信用保险的企业" in whole.positives[0]
    assert len(quote) == len(sentence) == len(whole) == 8


def test_glosses() -> None:
    assert clean_gloss("to export (goods)") == "export"
    assert clean_gloss("CL:個|个[ge4]") == ""
    pytest.importorskip("rjieba", reason="PSEUDO-ENGLISH IS NOT TESTED: rjieba missing")
    glosser = Glosser([("to export", "出口"), ("tax rebate", "退税")])
    assert "tax rebate" in glosser.translate("退税多少？", random.Random(0))


def test_missing_folders_are_all_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [
        "--corpus",
        str(tmp_path / "no"),
        "--pairs",
        str(tmp_path / "none"),
        "-o",
        str(tmp_path / "out"),
    ]
    assert train.main(wrong) == 2
    said = capsys.readouterr().err
    assert str(tmp_path / "no") in said
    assert str(tmp_path / "none") in said
    assert benchmark.main(["--model", str(tmp_path / "no")]) == 2


@needs_train_extra
def test_charsmap_replaces_whole_characters_only() -> None:
    from tokenizers import normalizers

    from index.training.tokenizer import charsmap, simplified_characters

    table = simplified_characters()
    normalizer = normalizers.Precompiled(charsmap(table))
    assert normalizer.normalize_str("對臺灣出口額300萬，ABC é") == "对台湾出口额300万，ABC é"
    everything = "".join(table)
    assert normalizer.normalize_str(everything) == "".join(table.values())


@needs_train_extra
def test_losses_by_hand() -> None:
    import torch

    from index.training.loss import contrastive, late_interaction

    none = torch.zeros(2, 2, dtype=torch.bool)
    apart = torch.eye(2)
    # Each question scores s on its document and 0 on the other: -log(e^s / (e^s + 1)).
    assert float(contrastive(apart, apart, none, none, 3.0)) == pytest.approx(math.log(1 + math.exp(-3)))
    equal = ~torch.eye(2, dtype=torch.bool)
    assert float(contrastive(apart, apart, equal, equal, 3.0)) == pytest.approx(0.0, abs=1e-6)
    table = torch.tensor([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0]])
    queries = torch.tensor([[1, 2], [2, -1]])
    documents = torch.tensor([[1], [2]])
    # Scores: (3·1 + 1·0) / 4 and (3·0 + 1·1) / 4 for the first question, 0 and 1 for the second.
    wanted = (math.log(1 + math.exp(0.25 - 0.75)) + math.log(1 + math.exp(-1))) / 2
    assert float(late_interaction(table, queries, documents, none, 1.0)) == pytest.approx(wanted)


def test_packed_rows_keep_their_first_token() -> None:
    ids = np.asarray([5, 6, 7, 8, 9], dtype=np.int32)
    packed = Packed(ids, np.asarray([0, 2, 5]), np.asarray([0, 1]))
    rows = np.asarray([1, 0])
    taken, begins = packed.take(rows, np.random.default_rng(0), 0.0)
    assert taken.tolist() == [7, 8, 9, 5, 6]
    assert begins.tolist() == [0, 3]
    taken, begins = packed.take(rows, np.random.default_rng(0), 1.0)
    assert taken.tolist() == [7, 5]
    assert begins.tolist() == [0, 1]
    assert packed.padded(rows, 2).tolist() == [[7, 8], [5, 6]]
    assert packed.padded(rows, 9).tolist() == [[7, 8, 9], [5, 6, -1]]


@needs_train_extra
def test_toy_model_from_start_to_end(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    opened, authored = toy_corpus(tmp_path)
    out = tmp_path / "made" / "model"
    sizes = {"pieces": 400, "dim": 16, "steps": 40, "batch": 16, "crops": 8, "late_batch": 4}
    small = [word for name, size in sizes.items() for word in (f"--{name}", str(size))]
    lexicon, thesaurus = authored / "lexicon.tsv", authored / "thesaurus.txt"
    thesaurus.write_text("Aa01A01= 补助 补贴", encoding="utf-8")
    told = [
        "--corpus",
        str(opened),
        "--pairs",
        str(authored),
        "--lexicon",
        str(lexicon),
        "--thesaurus",
        str(thesaurus),
        "--bench",
        str(toy_beir(tmp_path / "beir")),
        "-o",
        str(out),
        *small,
    ]
    out.mkdir(parents=True)
    (out / "stale.txt").write_text("of an earlier model", encoding="utf-8")
    assert train.main(told) == 0
    assert not (out / "stale.txt").exists()

    model = StaticEncoder(out)
    assert model.dimension == 16
    texts = ["海外仓怎么办？", "海外倉怎麼辦？", "export tax rebate", "", "。"]
    read = model.encode(texts)
    assert read[0] == pytest.approx(read[1])
    assert np.linalg.norm(read, axis=1) == pytest.approx([1, 1, 1, 0, 0], abs=1e-5)
    encoder = SentenceTransformer(str(out), device="cpu").float()
    assert encoder.encode(texts) == pytest.approx(read, abs=1e-5)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert str(tmp_path) not in card
    assert "| late interaction, best sentence |" in card


@needs_train_extra
def test_a_frequent_english_word_is_one_piece() -> None:
    from index.training.tokenizer import train_tokenizer

    texts = ["Export subsidies 出口补贴", "subsidies for exporters 对出口企业的补贴", "the subsidies 补贴", "出口企业", "odd quixotry"] * 2
    tokenizer = train_tokenizer(texts, 120)
    assert len(tokenizer.encode("Subsidies", add_special_tokens=False).ids) == 1
    assert len(tokenizer.encode("quixotry", add_special_tokens=False).ids) > 1  # seen twice only
    assert tokenizer.get_vocab_size() <= 120
