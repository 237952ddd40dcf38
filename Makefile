# Three targets: run the gateway, test everything, measure.
# `make test` installs what it needs that is missing: Debian packages when it runs as root, Python
# packages into environments of its own below conformance/.

CARGO ?= cargo

.PHONY: run test bench
run:
	$(CARGO) run --release --locked

test:
	conformance/install.sh
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items
	$(CARGO) test --locked --workspace
	python3 conformance/fifth_dialect.py
	$(CARGO) build --release --locked
	python3 conformance/run.py --binary target/release/keyglot

bench:
	conformance/install.sh bench
	$(CARGO) build --release --locked --bin keyglot --example fixed_body --example load
	$(CARGO) bench --locked --workspace --bench material --bench signature_check -- \
		--quiet --noplot --warm-up-time 1 --measurement-time 2 | tee target/single-steps.txt
	python3 conformance/bench/bench.py --report --micro target/single-steps.txt
