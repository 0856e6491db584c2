"""Haystack: python -I haystack.py ARTICLES MODEL OUT. Word splitter, in-memory store on disk."""

import json
import sys
from pathlib import Path

from haystack import Document
from haystack.components.preprocessors import DocumentSplitter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
)

articles = [json.loads(line) for line in Path(sys.argv[1]).open(encoding="utf-8")]
documents = [
    Document(content=f"{a['title']}\n\n{a['text']}", meta={"id": a["id"]}) for a in articles
]
splitter = DocumentSplitter(split_by="word", split_length=150, split_overlap=0)
chunks = splitter.run(documents)["documents"]
embedder = SentenceTransformersDocumentEmbedder(model=sys.argv[2], progress_bar=False)
embedder.warm_up()
store = InMemoryDocumentStore()
store.write_documents(embedder.run(chunks)["documents"])
Path(sys.argv[3]).mkdir()
store.save_to_disk(f"{sys.argv[3]}/store.json")
print(json.dumps({"chunks": len(chunks)}))
