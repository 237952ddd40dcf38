#!/bin/sh
# Builds what the image holds: `build.sh amd64|arm64 FOLDER`, in the root of the repository.
# Needs clang, llvm-ar and cargo-cyclonedx, and no linker: the toolchain has one.
set -eu

case "$1" in
  amd64) cpu=x86_64 ;;
  arm64) cpu=aarch64 ;;
  *) echo "no image is made for $1" >&2; exit 2 ;;
esac
out=$2
target=$cpu-unknown-linux-musl
lower=$(echo "$target" | tr - _)
upper=$(echo "$lower" | tr a-z A-Z)

rustup target add "$target"
export "CC_$lower=clang" "AR_$lower=llvm-ar"
export "CARGO_TARGET_${upper}_LINKER=rust-lld"
export "CARGO_TARGET_${upper}_RUSTFLAGS=-Clink-self-contained=yes"
export CARGO_PROFILE_RELEASE_STRIP=symbols
cargo build --release --locked --bin keyglot --target "$target"

mkdir -p "$out/data"
cp "${CARGO_TARGET_DIR:-target}/$target/release/keyglot" "$out/keyglot"
cargo cyclonedx --manifest-path crates/gateway/Cargo.toml --format json --target "$target" \
  --override-filename sbom.cdx
mv crates/gateway/sbom.cdx.json "$out/sbom.cdx.json"
find crates dialects -name sbom.cdx.json -delete
