"""An archive in the collections of a Milvus server, which several machines share."""
