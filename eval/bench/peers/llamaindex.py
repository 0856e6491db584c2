"""LlamaIndex: python -I llamaindex.py ARTICLES MODEL OUT. Its splitter, at what the model reads."""

import json
import sys
from pathlib import Path

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

articles = [json.loads(line) for line in Path(sys.argv[1]).open(encoding="utf-8")]
documents = [Document(text=f"{a['title']}\n\n{a['text']}", doc_id=a["id"]) for a in articles]
nodes = SentenceSplitter(chunk_size=200, chunk_overlap=0).get_nodes_from_documents(documents)
index = VectorStoreIndex(nodes, embed_model=HuggingFaceEmbedding(model_name=sys.argv[2]))
index.storage_context.persist(sys.argv[3])
print(json.dumps({"chunks": len(nodes)}))
