"""LangChain and FAISS: python -I langchain.py ARTICLES MODEL OUT. Its tutorial's splitter."""

import json
import sys
from pathlib import Path

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

articles = [json.loads(line) for line in Path(sys.argv[1]).open(encoding="utf-8")]
documents = [Document(f"{a['title']}\n\n{a['text']}", metadata={"id": a["id"]}) for a in articles]
splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
chunks = splitter.split_documents(documents)
store = FAISS.from_documents(chunks, HuggingFaceEmbeddings(model_name=sys.argv[2]))
store.save_local(sys.argv[3])
print(json.dumps({"chunks": len(chunks)}))
