//! Runs the real tools in a directory of their own.

#![expect(
    clippy::disallowed_methods,
    reason = "the tools take and leave files; the core itself does not"
)]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

use getrandom::SysRng;
use keypair_core::{KeySpec, PrivateKey};
use rand_core::UnwrapErr;
use tempfile::TempDir;

/// A directory that vanishes with it.
pub(crate) struct Bench {
    directory: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let directory = TempDir::new().expect("a temporary directory can be made");
        Self { directory }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the tool wrote the file as text")
    }

    pub(crate) fn read_bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the tool wrote the file")
    }

    /// Writes a file that only its owner reads: `ssh-keygen` refuses private keys that others may.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::write(&path, content).expect("the file can be written");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("its mode can be set");
    }

    /// Runs a tool that must be there and must succeed; gives what it printed.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, tool: &str, arguments: &[A]) -> String {
        let output = self.attempt(tool, arguments);
        assert!(
            output.status.success(),
            "{tool} {:?} failed: {}{}",
            arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        String::from_utf8(output.stdout).expect("the tool prints text")
    }

    /// Runs a tool that must be there and may fail.
    pub(crate) fn attempt<A: AsRef<OsStr>>(&self, tool: &str, arguments: &[A]) -> Output {
        Command::new(tool)
            .args(arguments)
            .current_dir(self.directory.path())
            .output()
            .unwrap_or_else(|error| {
                panic!("these tests need `{tool}` on the PATH (openssh-client, openssl): {error}")
            })
    }

    /// Makes a key with `ssh-keygen` in the file `name` and `name.pub`.
    pub(crate) fn ssh_keygen(&self, name: &str, kind: &str, bits: &str, extra: &[&str]) {
        let mut arguments = vec!["-q", "-t", kind, "-N", "", "-C", "who@where", "-f", name];
        if !bits.is_empty() {
            arguments.extend(["-b", bits]);
        }
        arguments.extend(extra);
        self.run("ssh-keygen", &arguments);
    }
}

/// Every kind of key that is generated.
pub(crate) const SPECS: [KeySpec; 5] = [
    RSA_1024,
    KeySpec::Rsa { bits: 2048 },
    KeySpec::Rsa { bits: 3072 },
    KeySpec::Rsa { bits: 4096 },
    KeySpec::Ed25519,
];

/// One key of each kind, shared by all tests of a run: RSA 4096 takes seconds.
pub(crate) fn one_of_each() -> &'static [PrivateKey; 5] {
    static KEYS: LazyLock<[PrivateKey; 5]> = LazyLock::new(|| SPECS.map(generate));
    &KEYS
}

/// A fresh key. RSA 1024 keeps the tests quick where the size does not matter.
pub(crate) fn generate(spec: KeySpec) -> PrivateKey {
    PrivateKey::generate(spec, &mut UnwrapErr(SysRng)).expect("the key can be made")
}

pub(crate) const RSA_1024: KeySpec = KeySpec::Rsa { bits: 1024 };
