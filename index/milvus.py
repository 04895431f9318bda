"""The same store on Milvus: vectors and words of an index in a collection, searched there. The only file that imports pymilvus.

A collection holds one version of an index. It is filled under a name of its own; once it is whole it gets an alias,
named after the folder of the index and the digest of the version's manifest, and is searched by that alone: what is
searched is what was built, whole, also while it is sent anew. A second alias (``…_serving``) tells the newest version;
that and the one before it are kept, so who still reads the old one goes on. Each sentence is one entity:

    row        INT64, primary key: the row number that engines speak
    region     VARCHAR, partition key: a question that names a region reads its partition alone
    document   INT64: place of the document, for exact filters
    year       INT64: year of issue, 0 where the document states none
    dense      FLOAT_VECTOR: the sentence's vector, inner product
    words      SPARSE_FLOAT_VECTOR: BM25 weight of each of its words, inner product

The BM25 weights are those of ``index.lexical`` over our own jieba words, and not of an analyzer in Milvus: both stores
then give the same score. Texts, vocabulary and the tokens of late interaction stay in the index's own files, mapped;
candidates of both searches are fused by the same code as in the local store.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import numpy as np
from filelock import FileLock

from index.build import Progress, year_of
from index.dense import EXACT
from index.embed import Floats
from index.fuse import Bools, Ints, Scores, best
from index.lexical import Lexical
from index.manifest import MANIFEST
from index.records import IndexProblem, InputError
from index.store import ClauseIndex

SCHEME = "milvus+"
PREFIX = "clauses_"
PARTITIONS = 64
STEP = 1000  # entities that are sent at a time
AT_MOST = 16_384  # results that Milvus gives for one search
NO_WORD = 2**31 - 1  # dimension of the weight that a sentence without words gets, since Milvus takes no empty vector


def connect(index: ClauseIndex, address: str, progress: Progress | None = None) -> None:
    """Let ``index`` search in the Milvus at ``address`` (milvus+http://host:19530, or milvus+FILE.db for milvus-lite).

    Its rows are sent there unless they are there already; ``progress`` is told (sent, all) rows. Raises InputError
    where the address is none or pymilvus is missing, IndexProblem where nobody answers.
    """
    if not address.startswith(SCHEME) or len(address) == len(SCHEME):
        raise InputError(
            f"存储地址应写成 milvus+http://主机:19530 或 milvus+文件.db，而不是 {address!r}",
            f"a store is given as milvus+http://host:19530 or milvus+FILE.db, not {address!r}",
        )
    version = _Version(index, _Server(address.removeprefix(SCHEME)))
    version.serve(progress)
    scopes = _Scopes(index)
    index.search_with(_Vectors(version, scopes), _Words(version, scopes, index.lexical))


class _Version:
    """The version of an index in Milvus: sent where it is not there, newest from then on, and searched."""

    def __init__(self, index: ClauseIndex, server: _Server) -> None:
        folder = index.version.parent.resolve()
        self._index, self._server = index, server
        self._lock = folder / ".sending"
        self._library = PREFIX + _digest(str(folder).encode())
        self._alias = f"{self._library}_{_digest((index.version / MANIFEST).read_bytes())}"

    def serve(self, progress: Progress | None) -> None:
        """Make this version the newest one; what is neither this one nor the one before it is dropped."""
        serving = f"{self._library}_serving"
        with FileLock(self._lock):
            self._fill(progress)
            before, now = self._server.target(serving), self._server.target(self._alias)
            if before == now:
                return
            self._server.point(serving, now)
            for other in self._server.call("list_collections"):
                if other.startswith(self._library) and other not in (before, now):
                    self._server.drop(other)

    def search(self, field: str, query: Any, limit: int, where: str) -> tuple[Ints, Scores]:
        """Like ``_Server.search``; a version that was dropped after two newer ones came is sent again."""
        try:
            return self._server.search(self._alias, field, query, limit, where)
        except IndexProblem:
            if self._server.holds(self._alias, len(self._index)):
                raise
        with FileLock(self._lock):
            self._fill(None)
        return self._server.search(self._alias, field, query, limit, where)

    def scores(self, field: str, query: Any, rows: Ints) -> Scores:
        """The inner products of given rows, 0 for one that shares no dimension with the query."""
        result = np.zeros(len(rows), np.float32)
        order = np.argsort(rows)
        for piece in np.array_split(order, -(-len(rows) // AT_MOST)) if len(rows) else ():
            found, scores = self.search(field, query, len(piece), f"row in {rows[piece].tolist()}")
            result[piece[np.searchsorted(rows[piece], found)]] = scores
        return result

    def _fill(self, progress: Progress | None) -> None:
        """Unless it is there as a whole, fill a new collection; only then let the alias name that."""
        index, server = self._index, self._server
        if server.holds(self._alias, len(index)):
            return
        name = f"{self._alias}_{secrets.token_hex(4)}"
        server.create(name, index.encoder.dimension, len(index))
        owners = index.owners
        regions = [document.region or "" for document in index.documents]
        years = [year_of(document) for document in index.documents]
        for first in range(0, len(index), STEP):
            rows = np.arange(first, min(first + STEP, len(index)))
            vectors, words = index.dense.vectors(rows), index.lexical.weights_of(rows)
            server.call(
                "insert",
                name,
                [
                    {
                        "row": int(row),
                        "document": int(owners[row]),
                        "region": regions[owners[row]],
                        "year": years[owners[row]],
                        "dense": vector,
                        "words": held or {NO_WORD: 1.0},
                    }
                    for row, vector, held in zip(rows, vectors.tolist(), words, strict=True)
                ],
            )
            if progress:
                progress(int(rows[-1]) + 1, len(index))
        server.call("flush", name)
        server.point(self._alias, name)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


class _Server:
    """A connection whose complaints are the product's own errors."""

    def __init__(self, place: str) -> None:
        try:
            import pymilvus
        except ImportError:
            raise InputError(
                "用 Milvus 存储要先安装：pip install -e '.[milvus]'", "the Milvus store needs: pip install -e '.[milvus]'"
            ) from None
        self._place = place
        self._error = pymilvus.MilvusException
        self._library: Any = pymilvus
        try:
            self._client: Any = pymilvus.MilvusClient(place, timeout=10)
        except (self._error, OSError, ValueError) as error:
            raise self._problem(error) from error

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Call a method of MilvusClient; raises IndexProblem where it fails."""
        try:
            return getattr(self._client, method)(*arguments, **named)
        except self._error as error:
            raise self._problem(error) from error

    def target(self, alias: str) -> str | None:
        """The collection that an alias names, None where there is no such alias."""
        return str(self.call("describe_alias", alias)["collection_name"]) if self.call("has_collection", alias) else None

    def point(self, alias: str, name: str | None) -> None:
        """Let an alias name a collection, from one moment to the next."""
        self.call("alter_alias" if self.call("has_collection", alias) else "create_alias", name, alias)

    def drop(self, name: str) -> None:
        """Drop a collection with its aliases."""
        for alias in self.call("list_aliases", name)["aliases"]:
            self.call("drop_alias", alias)
        self.call("drop_collection", name)

    def holds(self, alias: str, rows: int) -> bool:
        """True where the alias names a collection with all its rows, ready for searching."""
        if not self.call("has_collection", alias):
            return False
        self.call("load_collection", alias)
        count = self.call("query", alias, filter="", output_fields=["count(*)"], consistency_level="Strong")
        return int(count[0]["count(*)"]) == rows

    def create(self, name: str, dimension: int, rows: int) -> None:
        """An empty collection."""
        kinds = self._library.DataType
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", kinds.INT64, is_primary=True)
        schema.add_field("document", kinds.INT64)
        schema.add_field("region", kinds.VARCHAR, max_length=256, is_partition_key=True)
        schema.add_field("year", kinds.INT64)
        schema.add_field("dense", kinds.FLOAT_VECTOR, dim=dimension)
        schema.add_field("words", kinds.SPARSE_FLOAT_VECTOR)
        indexes = self._client.prepare_index_params()
        if rows <= EXACT:
            indexes.add_index("dense", index_type="FLAT", metric_type="IP")
        else:
            graph = {"M": 32, "efConstruction": 200, "sq_type": "SQ8"}
            indexes.add_index("dense", index_type="HNSW_SQ", metric_type="IP", params=graph)
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        self.call("create_collection", name, schema=schema, index_params=indexes, num_partitions=PARTITIONS, consistency_level="Strong")

    def search(self, name: str, field: str, query: Any, limit: int, where: str) -> tuple[Ints, Scores]:
        """Rows and inner products, best first, ties to the lower row among what Milvus gives."""
        limit = min(limit, AT_MOST)
        parameters = {"params": {"ef": max(2 * limit, 512)}} if field == "dense" else {}
        found = self.call(
            "search", name, [query], anns_field=field, limit=limit, filter=where, search_params=parameters, output_fields=["row"]
        )
        hits = [(hit["row"], hit["distance"]) for hit in found[0]]
        rows = np.array([row for row, _ in hits], np.int64)
        return best(rows, np.array([score for _, score in hits], np.float32), limit)

    def _problem(self, error: Exception) -> IndexProblem:
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        return IndexProblem(f"存储没有应答：{self._place}（{reason}）", f"the store does not answer: {self._place} ({reason})")


class _Scopes:
    """Which rows may be found, as a filter of Milvus: whole regions by name, other documents by place."""

    def __init__(self, index: ClauseIndex) -> None:
        self._first = index.first
        self._regions = np.array([document.region or "" for document in index.documents], object)

    def filter(self, allowed: Bools | None) -> str:
        """``allowed`` holds whole documents, as every scope of a search does."""
        if allowed is None:
            return ""
        filled = np.flatnonzero(np.diff(self._first) > 0)
        inside = filled[allowed[self._first[filled]]]
        outside = np.setdiff1d(filled, inside)
        whole = sorted(set(self._regions[inside]) - set(self._regions[outside]))
        others = inside[~np.isin(self._regions[inside], np.array(whole, object))] if whole else inside
        clauses = [f"region in [{', '.join(map(_quoted, whole))}]"] if whole else []
        clauses += [f"document in {others.tolist()}"] if len(others) or not whole else []
        return " or ".join(clauses)


class _Vectors:
    """Vectors in Milvus, in place of ``Dense``."""

    def __init__(self, version: _Version, scopes: _Scopes) -> None:
        self._version, self._scopes = version, scopes

    def search(self, query: Floats, k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]:
        return self._version.search("dense", query.tolist(), k, self._scopes.filter(allowed))

    def scores(self, query: Floats, rows: Ints) -> Scores:
        return self._version.scores("dense", query.tolist(), rows)


class _Words:
    """BM25 in Milvus, in place of ``Lexical``; the vocabulary is the index's own."""

    def __init__(self, version: _Version, scopes: _Scopes, local: Lexical) -> None:
        self._version, self._scopes = version, scopes
        self._local = local

    def search(self, query: Sequence[str], k: int, allowed: Bools | None = None) -> tuple[Ints, Scores]:
        vector, most = self._query(query)
        if not vector:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        rows, scores = self._version.search("words", vector, k, self._scopes.filter(allowed))
        return best(rows[scores > 0], self._share(scores[scores > 0], most), k)

    def scores(self, query: Sequence[str], rows: Ints) -> Scores:
        vector, most = self._query(query)
        if not vector:
            return np.zeros(len(rows), np.float32)
        return self._share(self._version.scores("words", vector, rows), most)

    def _query(self, query: Sequence[str]) -> tuple[dict[int, float], float]:
        places = self._local.places(query)
        known, times = np.unique(places[places >= 0], return_counts=True)
        return dict(zip(known.tolist(), times.astype(float).tolist(), strict=True)), sum(self._local.idf_at(places))

    @staticmethod
    def _share(scores: Scores, most: float) -> Scores:
        return np.asarray(np.minimum(scores / np.float32(most), np.float32(1)), np.float32)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
