//! What the binary prints for people and shells, and the documents that are made of it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn keyglot(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyglot"))
        .args(arguments)
        .env_clear()
        .output()
        .expect("keyglot runs")
}

/// What is printed; nothing may be complained of.
fn printed(arguments: &[&str]) -> String {
    let output = keyglot(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    assert_eq!(complaint, "");
    String::from_utf8(output.stdout).expect("text")
}

fn docs(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(file)
}

#[test]
fn the_description_of_the_settings_is_up_to_date() {
    let committed = std::fs::read_to_string(docs("configure.md")).expect("docs/configure.md");
    assert!(
        committed == printed(&["config", "docs"]),
        "docs/configure.md is not what the settings say of themselves. Renew it: \
         cargo run -- config docs > docs/configure.md"
    );
}

#[test]
fn the_example_is_a_good_configuration() {
    let example = docs("keyglot.toml");
    let example = example.to_str().expect("a path");
    let said = printed(&["config", "check", "--config", example]);
    assert_eq!(said, "the configuration is good\n");
    let shown = printed(&["config", "print", "--config", example]);
    for line in std::fs::read_to_string(example).expect("it").lines() {
        let secret = line.split_once(" = \"").filter(|(key, _)| {
            ["key", "signing_key", "token", "password", "secret_key"].contains(key)
        });
        if let Some((_, secret)) = secret {
            let secret = secret.trim_end_matches('"');
            assert!(!shown.contains(secret), "{line}");
        }
    }
}

#[test]
fn a_mistake_is_reported_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keyglot.toml");
    std::fs::write(&file, "\n[limits]\nmax_in_fligth = 5\n").expect("it");
    let file = file.to_str().expect("a path");
    let output = keyglot(&["config", "check", "--config", file]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        format!(
            "keyglot: {file}: line 3: unknown key `limits.max_in_fligth` \
             (did you mean `max_in_flight`?)\n"
        )
    );
}

#[test]
fn a_password_in_a_stores_address_is_not_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keyglot.toml");
    std::fs::write(&file, "store = 'redis://ada:pa55@host:1/0'\n").expect("it");
    let shown = printed(&[
        "config",
        "print",
        "--config",
        file.to_str().expect("a path"),
    ]);
    assert!(shown.contains("redis://***@host:1/0"), "{shown}");
    assert!(!shown.contains("pa55"), "{shown}");
}

#[test]
fn bash_completes_with_the_script_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("completions");
    std::fs::write(&script, printed(&["completions", "bash"])).expect("it");
    let completed = |words: &str, at: usize, word: &str, before: &str| {
        let program = format!(
            "set -u; source \"$1\"; COMP_WORDS=({words}); COMP_CWORD={at}; \
             _keyglot keyglot '{word}' '{before}'; echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &program, "bash"])
            .arg(&script)
            .output()
            .expect("bash runs");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    assert_eq!(
        completed("keyglot selft", 1, "selft", "keyglot"),
        "selftest"
    );
    assert_eq!(completed("keyglot config pr", 2, "pr", "config"), "print");
    assert_eq!(
        completed("keyglot selftest --ca", 2, "--ca", "selftest"),
        "--ca-file"
    );
}

#[test]
fn there_is_a_script_for_each_shell() {
    for (shell, word) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef keyglot"),
        ("fish", "complete -c keyglot"),
        ("elvish", "edit:completion:arg-completer"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        assert!(printed(&["completions", shell]).contains(word), "{shell}");
    }
}

#[test]
fn the_manual_page_has_every_command_and_section() {
    let page = printed(&["man"]);
    assert!(page.is_ascii(), "not every roff reads UTF-8");
    for section in [
        "NAME",
        "SYNOPSIS",
        "OPTIONS",
        "COMMANDS",
        "\"EXIT STATUS\"",
        "FILES",
        "ENVIRONMENT",
        "SIGNALS",
    ] {
        let heading = format!(".SH {section}\n");
        assert_eq!(page.matches(&heading).count(), 1, "{section}");
    }
    for command in [
        "serve",
        "import",
        "selftest",
        "completions",
        "man",
        "config check",
        "config print",
        "config schema",
        "config docs",
    ] {
        assert!(
            page.contains(&format!(".SS \"keyglot {command}\"\n")),
            "{command}"
        );
    }
}
