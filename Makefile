# Two commands: `make run` plays a recorded episode through the whole path, `make test` runs every test.
# Both set up .venv from the lock files first; nothing else is needed than Python 3.11 or newer and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EPISODE ?= gallium-germanium-2023
SEEDS ?= 10000
FIRST ?= 1
WORKERS ?= auto
LOTS ?= 2

.PHONY: install run test check compiled compiled-test bench bench-cluster simulate cluster cluster-test cluster-soak \
	manifests standing lock clean

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock requirements-schema.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Twinbell needs Python 3.11 or newer: call make with PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "This Python cannot make a virtual environment: install its venv package (Debian: python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-schema.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: install
	@$(BIN)/twinbell run $(EPISODE)

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -p no:xdist tests/test_structure.py

test: check
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# The same code with the loops where the time goes made into C (docs/decisions/0014-compiled-build.md): a wheel of all of
# Twinbell in a folder of its own, never beside the sources. Needs a C compiler and Python's headers.
COMPILED := var/compiled
compiled: $(COMPILED)/.built

$(COMPILED)/.built: $(VENV)/.installed setup.py $(shell find alerts benchmarks services streams -type f -not -name '*.pyc')
	@rm -rf build $(COMPILED)
	TWINBELL_COMPILE=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--wheel-dir $(COMPILED)/wheel .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(COMPILED) $(COMPILED)/wheel/*.whl
	@rm -rf build
	@touch $@

# Every byte as the interpreter's.
compiled-test: compiled
	$(BIN)/pytest -n $(WORKERS) -m compiled tests/compiled

bench: install
	$(BIN)/python -m benchmarks

# Twinbell's engine beside its peers on one real broker, which are installed outside of .venv. QUICK=--quick: little data.
QUICK ?=
bench-cluster: install compiled
	@$(BIN)/python -W ignore -m benchmarks.cluster $(QUICK)

# Kafka, PostgreSQL, Prometheus, Alertmanager and Twinbell's processes on this machine; make cluster EPISODE_THROUGH=ID
# plays an episode through them.
EPISODE_THROUGH ?=
cluster: install
	@$(BIN)/python -m services.cluster $(if $(EPISODE_THROUGH),--episode $(EPISODE_THROUGH))

# The distributed harness on the real parts. Files run side by side, each lot on servers of its own: most of the time is
# spent on waiting for what was killed.
CLUSTER_TEST = $(BIN)/pytest -n $(LOTS) --dist loadscope -m "cluster and not soak" tests/integration
cluster-test: install manifests
	$(CLUSTER_TEST)

# With every kill, storm and outage in full.
cluster-soak: install manifests compiled
	$(BIN)/pytest -p no:xdist -m cluster tests/integration

# The published schemas that deploy/compose.yaml and deploy/kubernetes are held to: large, so for those tests alone.
manifests: $(VENV)/.manifests

$(VENV)/.manifests: requirements-manifests.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-manifests.lock
	@touch $@

simulate: install
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST)

# Written anew after a change of streams/thresholds.toml or of a detector; needs the evaluation kit (KIT). Messages tell
# from it how often each rule rang before; a test holds it to the shipped thresholds.
KIT ?= ../shared
standing: install
	$(BIN)/twinbell backtest benchmarks/shared_data.toml --data $(KIT)/data --ledger $(KIT)/ledger/events.csv \
		--from 2008-01-01 --until 2024-03-31 --out var/standing >/dev/null
	cp var/standing/standing.json services/configuration/standing.json

# Written anew after a change of the dependencies in pyproject.toml; needs uv on the path. UPGRADE=--upgrade takes the
# newest of everything, else what is pinned stays.
UPGRADE ?=
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras \
		$(UPGRADE) pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		$(UPGRADE) benchmarks/cluster/requirements.in -o benchmarks/cluster/requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(UPGRADE) \
		-c requirements.lock requirements-manifests.in -o requirements-manifests.lock

clean:
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache
