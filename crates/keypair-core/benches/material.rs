//! Parsing, encoding and fingerprints: what stands in the way of every import and create.

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use getrandom::SysRng;
use keypair_core::{KeySpec, PrivateKey, PublicKey, encoding, fingerprint};
use rand_core::UnwrapErr;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, spec) in [
        ("ed25519", KeySpec::Ed25519),
        ("RSA 2048", KeySpec::Rsa { bits: 2048 }),
        ("RSA 4096", KeySpec::Rsa { bits: 4096 }),
    ] {
        let key = PrivateKey::generate(spec, &mut UnwrapErr(SysRng))?;
        let line = key.public_key("a comment")?;
        let mut group = criterion.benchmark_group(name);
        of_public_keys(&mut group, &line);
        of_private_keys(&mut group, &key, spec);
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

fn of_public_keys(group: &mut Group<'_>, line: &PublicKey) {
    let text = line.as_str();
    group.bench_function("parse a line", |bencher| {
        bencher.iter(|| PublicKey::parse(black_box(text)));
    });
    group.bench_function("fingerprint, MD5", |bencher| {
        bencher.iter(|| fingerprint::md5(black_box(line)));
    });
    group.bench_function("fingerprint, SHA-256", |bencher| {
        bencher.iter(|| fingerprint::sha256(black_box(line)));
    });
    group.bench_function("SubjectPublicKeyInfo PEM", |bencher| {
        bencher.iter(|| encoding::to_spki_pem(black_box(line)));
    });
}

fn of_private_keys(group: &mut Group<'_>, key: &PrivateKey, spec: KeySpec) {
    group.bench_function("public half as a line", |bencher| {
        bencher.iter(|| black_box(key).public_key("a comment"));
    });
    group.bench_function("OpenSSH private key", |bencher| {
        bencher.iter(|| encoding::to_openssh_private(black_box(key), "a comment"));
    });
    group.bench_function("PKCS#8 PEM", |bencher| {
        bencher.iter(|| encoding::to_pkcs8_pem(black_box(key)));
    });
    if matches!(spec, KeySpec::Rsa { .. }) {
        group.bench_function("PKCS#1 PEM", |bencher| {
            bencher.iter(|| encoding::to_pkcs1_pem(black_box(key)));
        });
    }
}
