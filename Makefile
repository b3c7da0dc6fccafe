# Every target works from an empty clone: bootstrap.py makes .venv and installs the locked packages.
PY := .venv/bin/python
.DEFAULT_GOAL := help
WAIT ?= $(shell date -u -d '7 days ago' +%Y-%m-%dT00:00:00Z)
.PHONY: lock help setup demo check test test-spark format translations docs bench bench-case bench-door bench-pdq bench-desk flood bench-engine bench-network bench-identities bench-scale measure powercut

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: ## Install everything into .venv
	python3 bootstrap.py setup

demo: ## Analyse the shipped fictional case and open its report
	python3 bootstrap.py demo

check: ## Format, lint, types, contracts, translations, documents, tests: what CI runs
	python3 bootstrap.py check

test: ## Run the tests only (make test ARGS="-k whatsapp")
	$(PY) -m pytest -n 4 --dist loadfile -m "not spark" $(ARGS)

test-spark: ## Run the tests that compare DuckDB with Spark (needs Java)
	$(PY) -m pytest -rs -m spark tests/engine $(ARGS)

format: ## Format the code and mend what lint can mend
	$(PY) -m ruff check --fix src tests tools bench
	$(PY) -m ruff format src tests tools bench

translations: ## Collect the texts to translate and compile the catalogue
	$(PY) tools/translations.py
	$(PY) tools/page_texts.py

docs: ## Write again the pages made from the code (tables, schema, signals)
	$(PY) tools/documents.py

lock: ## Choose versions again (none younger than seven days) and write the locks
	.venv/bin/uv lock --exclude-newer $(WAIT)
	.venv/bin/uv export -q --no-header --no-emit-project --no-dev --format requirements-txt -o requirements.lock
	.venv/bin/uv export -q --no-header --no-emit-project --extra postgres --extra media --extra fast --group dev --group e2e --format requirements-txt -o requirements-dev.lock
	.venv/bin/uv export -q --no-header --no-emit-project --no-dev --extra spark --format requirements-txt -o requirements-spark.lock

measure: ## Measure the detector on the held-out corpus and write the figures that reports use
	$(PY) tools/measure.py

bench: ## Measure speed and memory beside peers; writes bench/RESULTS.md
	test -d .venv-bench || (python3 -m venv .venv-bench && .venv-bench/bin/pip install -q chat-miner==0.6.0)
	$(PY) bench/run.py

bench-case: ## Time the fictional case with a million known files, from export to ranked report; writes bench/RESULTS-case.md
	$(PY) -m bench.case

bench-pdq: ## Measure look-ups by likeness at 1 and 10 million hashes beside FAISS, and hashing beside pdqhash; writes bench/RESULTS-pdq.md
	test -d .venv-bench || python3 -m venv .venv-bench
	.venv-bench/bin/python -c "import faiss, pdqhash" || .venv-bench/bin/pip install -q faiss-cpu==1.15.1 pdqhash==0.2.8
	$(PY) -m bench.pdq

bench-door: ## Measure the public door under load, on SQLite and PostgreSQL; writes bench/RESULTS-door.md
	$(PY) -m bench.door

flood: ## Flood the public door on loopback for 12 × 20 s and count who got a receipt; writes bench/RESULTS-flood.md
	$(PY) -m bench.flood

bench-desk: ## Open, link and rank 170,000 reports, then time every page of the desk at that size (half an hour)
	$(PY) -m bench.desk --keep rempart-bench
	$(PY) -m bench.desk_pages rempart-bench/site --search
	$(PY) -m bench.desk_analysis

bench-engine: ## Time the same queries on DuckDB and Spark; writes bench/RESULTS-engine.md
	$(PY) -m bench.engine

bench-network: ## Measure communities, first sharers and growth at three sizes beside igraph and NetworkX (half an hour, 8 GB); writes bench/RESULTS-network.md
	$(PY) -m bench.network

bench-identities: ## Measure presumed identities on invented people with a known truth; writes bench/RESULTS-identities.md
	$(PY) -m bench.identities

bench-scale: ## Walk over tables of 73,000 to 7.3 million messages and tell the growth (half an hour, 16 GB); writes bench/RESULTS-scale.md
	$(PY) -m bench.scale

powercut: ## Cut the power 100,000 times while reports come in (some minutes)
	$(PY) -m tests.reliability.powercut 100000 FULL
