#!/usr/bin/env bash
# Shows, without a container engine, that the image is what its Dockerfile says:
#
#   charts/image/prove.sh [FOLDER]
#
# FOLDER holds what build.sh made for this machine's processor; without one it is built first. Needs
# root, systemd-analyze, and buildah (Debian package). Nothing is left behind.
set -euo pipefail
cd "$(dirname "$0")/../.."

limit=$((20 * 1024 * 1024))
user=65532
work=$(mktemp -d)
pid=
say() { printf '%s\n' "$*"; }
fail() { printf 'not proven: %s\n' "$*" >&2; exit 1; }

finish() {
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  for mounted in "$work/root/var/lib/keyglot" "$work/root"; do
    if mountpoint -q "$mounted"; then umount "$mounted"; fi
  done
  rm -rf "$work"
}
trap finish EXIT

made=${1:-}
if [ -z "$made" ]; then
  made=$work/made
  charts/image/build.sh "$(dpkg --print-architecture)" "$made"
fi

# The binary alone.
binary=$made/keyglot
size=$(stat -c %s "$binary")
[ "$size" -lt "$limit" ] || fail "the binary has $size bytes"
linked=$(ldd "$binary" 2>&1 || true)
grep -qE 'statically linked|not a dynamic executable' <<<"$linked" || fail "the binary is not static: $linked"
say "static binary, $size bytes"
jq -e '.bomFormat == "CycloneDX" and (.components | length > 50)' "$made/sbom.cdx.json" >/dev/null || fail "no bill of materials"
say "bill of materials, $(jq '.components | length' "$made/sbom.cdx.json") components"

# A root with what the image holds and nothing else, read-only but for the volume.
root=$work/root
mkdir -p "$work/layout/etc/keyglot" "$work/layout/var/lib/keyglot" "$work/volume" "$root"
cp "$binary" "$work/layout/keyglot"
cp charts/image/keyglot.toml "$work/layout/etc/keyglot/"
chmod 0755 "$work" "$work/layout" "$work/volume"
chown $user:$user "$work/volume"
mount --bind "$work/layout" "$root"
mount -o remount,ro,bind "$root"
mount --bind "$work/volume" "$root/var/lib/keyglot"

# start ARGUMENT...: as the image would; `url` and `admin` are where it listens.
start() {
  : >"$work/out"
  env -i KEYGLOT_CONFIG=/etc/keyglot/keyglot.toml KEYGLOT_LOCKSMITH__AUTH=none \
    "$(command -v chroot)" --userspec=$user:$user "$root" /keyglot --allow-demo-accounts \
    --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 "$@" >"$work/out" 2>"$work/log" &
  pid=$!
  for _ in $(seq 100); do
    if grep -q '^store' "$work/out"; then
      url=$(awk '$1 == "http" { print $2 }' "$work/out")
      admin=$(awk '$1 == "admin" { print $2 }' "$work/out")
      return
    fi
    sleep 0.1
  done
  cat "$work/log" >&2
  fail "it does not start"
}
stop() {
  kill "$pid"
  wait "$pid" || fail "it ended with exit code $?"
  pid=
}

start
[ "$(stat -c %u "/proc/$pid")" = $user ] || fail "it runs as another user"
curl -sf "$admin/readyz" >/dev/null || fail "/readyz"
KEYGLOT_TARGET=$url python3 conformance/run.py --binary "$binary" readme >"$work/readme" 2>&1 \
  || { cat "$work/readme" >&2; fail "the README's calls"; }
stop
head -n 1 "$work/log" | jq -e .timestamp >/dev/null || fail "it does not read the image's configuration"
say "user $user on a read-only root: /readyz, and the README's call of each dialect"

names() { curl -sf --user demo:keyglot-demo "$url/compute/v2.1/os-keypairs" | jq -r '.keypairs[].keypair.name'; }
start --store redb:/var/lib/keyglot
curl -sf --user demo:keyglot-demo --header "Content-Type: application/json" \
  --data '{"keypair": {"name": "kept"}}' "$url/compute/v2.1/os-keypairs" >/dev/null || fail "create on redb"
stop
start --store redb:/var/lib/keyglot
[ "$(names)" = kept ] || fail "the key pair was not kept"
stop
say "redb in the writable volume: a key pair outlives a restart"

# The unit: systemd accepts it, and finds little that it exposes.
mkdir "$work/units"
sed "s|/usr/local/bin/keyglot|$(realpath "$binary")|" charts/image/keyglot.service >"$work/units/keyglot.service"
complaints=$(systemd-analyze verify --man=no "$work/units/keyglot.service" 2>&1) || fail "the unit: $complaints"
[ -z "$complaints" ] || fail "the unit: $complaints"
systemd-analyze security --offline=true --threshold=20 "$work/units/keyglot.service" >"$work/exposure" \
  || { cat "$work/exposure" >&2; fail "the unit exposes too much"; }
say "systemd unit: $(grep -o 'exposure level.*: [0-9.]*' "$work/exposure")"

# The last stage of the Dockerfile, with the ready files in place of the build.
if ! command -v buildah >/dev/null; then
  fail "buildah is missing: the image was not built"
fi
mkdir -p "$work/context/charts/image" "$work/context/out"
cp charts/image/keyglot.toml "$work/context/charts/image/"
cp "$made/keyglot" "$made/sbom.cdx.json" "$work/context/out/"
mkdir "$work/context/out/data"
sed -n '/^FROM scratch/,$p' charts/image/Dockerfile \
  | sed 's|--from=build ||; s|/out/|out/|' >"$work/Dockerfile"
storage=(--root "$work/storage" --runroot "$work/runroot" --storage-driver vfs)
image=keyglot-proof
buildah "${storage[@]}" build --isolation chroot --file "$work/Dockerfile" --tag "$image" "$work/context" >"$work/built" 2>&1 \
  || { cat "$work/built" >&2; fail "the image"; }
buildah "${storage[@]}" inspect --type image "$image" | jq '.OCIv1' >"$work/inspected"
jq -e '.config.User == "65532:65532" and .config.Entrypoint == ["/keyglot"]
  and (.config.ExposedPorts | keys == ["8080/tcp", "9090/tcp"])
  and .config.Labels["org.opencontainers.image.licenses"] == "Apache-2.0"
  and .config.Labels["org.opencontainers.image.version"] == $version' \
  --arg version "$("$binary" --version | cut -d ' ' -f 2)" "$work/inspected" >/dev/null \
  || { cat "$work/inspected" >&2; fail "user, entry point, ports, labels"; }
container=$(buildah "${storage[@]}" from "$image")
mounted=$(buildah "${storage[@]}" mount "$container")
size=$(du -sb "$mounted" | cut -f1)
[ "$size" -lt "$limit" ] || fail "the image has $size bytes"
[ "$(stat -c %u "$mounted/var/lib/keyglot")" = $user ] || fail "the data folder is another user's"
files=$(cd "$mounted" && find . -type f | sort | tr '\n' ' ')
buildah "${storage[@]}" umount "$container" >/dev/null
say "image of $size bytes, user $(jq -r .config.User "$work/inspected"), files: $files"
