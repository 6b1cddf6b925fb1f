"""Makes the collections of an archive; what is in them stands in `index.milvus.layout`."""

from __future__ import annotations

import re

from index.errors import UnusableIndex
from index.milvus import layout
from index.milvus.link import Link

OLDEST = (2, 5)
"""The first version of Milvus with full-text search; 2.3 has no sparse vectors either."""
BM25 = {"bm25_k1": 1.2, "bm25_b": 0.75}

_CHUNK = ("id", ("number", "article", "published", "start", "end"), ("sentences", "text", "words"))
_FIELDS = {
    "manifest": ("key", (), ("value",)),
    "articles": ("key", layout.NUMBERS, layout.TEXTS),
    "chunks": _CHUNK,
    "earlier": _CHUNK,
}
"""For each collection its key, its numbers and its texts."""
_ANALYZED = {
    "enable_analyzer": True,
    "enable_match": True,
    "analyzer_params": {"tokenizer": "standard"},
}
_INDEXED = {
    "articles": ("source_key", "origin_key", "text_key", "url_key", "superseded_key"),
    "chunks": ("published",),
}
_VECTOR = {"manifest": "unused", "articles": "bands"}
"""What the vector is called: Milvus wants one in each collection."""


def make(link: Link, name: str, part: str, dimension: int = 2) -> None:
    """Make a collection and load it.

    One shard: a write is seen as a whole. A server's index of vectors is its own choice,
    that of a file is exact.

    Raises:
        UnusableIndex: the server is older than `OLDEST`.
    """
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    _require_version(link)
    fields = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    indexes = MilvusClient.prepare_index_params()
    key, numbers, texts = _FIELDS[part]
    fields.add_field(key, DataType.INT64, is_primary=True)
    for number in numbers:
        fields.add_field(number, DataType.INT64)
    for text in texts:
        options = _ANALYZED if (part, text) == ("chunks", "words") else {}
        fields.add_field(text, DataType.VARCHAR, max_length=layout.ROOM, **options)
    for number in _INDEXED.get(part, ()):
        indexes.add_index(number, index_type="INVERTED")
    vector = _VECTOR.get(part, "vector")
    if part == "articles":
        fields.add_field(vector, DataType.SPARSE_FLOAT_VECTOR)
        indexes.add_index(vector, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    else:
        fields.add_field(vector, DataType.FLOAT_VECTOR, dim=dimension)
        exact = part != "chunks" or link.address.file is not None
        indexes.add_index(vector, index_type="FLAT" if exact else "AUTOINDEX", metric_type="IP")
    if part == "chunks":
        fields.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        fields.add_function(Function("bm25", FunctionType.BM25, ["words"], ["bm25"]))
        sparse = "SPARSE_INVERTED_INDEX"
        indexes.add_index("bm25", index_type=sparse, metric_type="BM25", params=BM25)
    link.call("create_collection", name, schema=fields, num_shards=1, consistency_level="Bounded")
    # There is nothing to index yet, so nothing to wait for.
    link.call("create_index", name, indexes, sync=False)
    link.call("load_collection", name)


def _require_version(link: Link) -> None:
    said = str(link.call("get_server_version")) if link.address.file is None else ""
    found = re.match(r"v?(\d+)\.(\d+)", said)
    if found and tuple(map(int, found.groups())) < OLDEST:
        raise UnusableIndex(
            f"{link.address} is Milvus {said.removeprefix('v')}, and Byline needs 2.5 or later, "
            "which has full-text search. Start a newer server there, or use a folder."
        )
