"""Makes the collections of an archive; what is in them stands in `index.milvus.layout`."""

from __future__ import annotations

from typing import Any

from index.milvus import layout
from index.milvus.link import Link


def make_manifest(link: Link, name: str) -> None:
    """Make the collection of the manifest; Milvus wants a vector in each."""
    from pymilvus import DataType

    fields, indexes = _schema()
    fields.add_field("key", DataType.INT64, is_primary=True)
    fields.add_field("value", DataType.VARCHAR, max_length=layout.ROOM)
    fields.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
    indexes.add_index("unused", index_type="FLAT", metric_type="IP")
    link.make(name, fields, indexes)


def make_articles(link: Link, name: str) -> None:
    """Make the collection of the articles; `bands` finds those that may be copies."""
    from pymilvus import DataType

    fields, indexes = _schema()
    fields.add_field("key", DataType.INT64, is_primary=True)
    for number in layout.NUMBERS:
        fields.add_field(number, DataType.INT64)
    for text in layout.TEXTS:
        fields.add_field(text, DataType.VARCHAR, max_length=layout.ROOM)
    fields.add_field("bands", DataType.SPARSE_FLOAT_VECTOR)
    for indexed in ("source_key", "origin_key", "text_key", "url_key", "superseded_key"):
        indexes.add_index(indexed, index_type="INVERTED")
    indexes.add_index("bands", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    link.make(name, fields, indexes)


def make_chunks(link: Link, name: str, dimension: int, *, exact: bool) -> None:
    """Make the collection of the chunks; an exact index of vectors, or the server's choice."""
    from pymilvus import DataType, Function, FunctionType

    fields, indexes = _chunk_schema(
        dimension,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params={"tokenizer": "standard"},
    )
    fields.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
    fields.add_function(
        Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["words"],
            output_field_names=["bm25"],
        )
    )
    indexes.add_index("published", index_type="INVERTED")
    indexes.add_index("vector", index_type="FLAT" if exact else "AUTOINDEX", metric_type="IP")
    indexes.add_index(
        "bm25",
        index_type="SPARSE_INVERTED_INDEX",
        metric_type="BM25",
        params={"bm25_k1": 1.2, "bm25_b": 0.75},
    )
    link.make(name, fields, indexes)


def make_earlier(link: Link, name: str, dimension: int) -> None:
    """Make the collection of the chunks that are kept and not searched."""
    fields, indexes = _chunk_schema(dimension)
    indexes.add_index("vector", index_type="FLAT", metric_type="IP")
    link.make(name, fields, indexes)


def _chunk_schema(dimension: int, **words: object) -> tuple[Any, Any]:
    from pymilvus import DataType

    fields, indexes = _schema()
    fields.add_field("id", DataType.INT64, is_primary=True)
    for number in ("number", "article", "published", "start", "end"):
        fields.add_field(number, DataType.INT64)
    fields.add_field("sentences", DataType.VARCHAR, max_length=layout.ROOM)
    fields.add_field("text", DataType.VARCHAR, max_length=layout.ROOM)
    fields.add_field("words", DataType.VARCHAR, max_length=layout.ROOM, **words)
    fields.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    return fields, indexes


def _schema() -> tuple[Any, Any]:
    from pymilvus import MilvusClient

    fields = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    return fields, MilvusClient.prepare_index_params()
