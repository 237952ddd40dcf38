//! What was acknowledged survives SIGKILL.
//!
//! A program of its own instead of the usual harness: it starts itself once more as the process
//! that inserts, prints each acknowledged name, and is killed in the middle of it.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and reports what it does"
)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use futures_util::future::join_all;
use keypair_core::{KeyPairId, Selector, Window};
use store_contract::{Desk, Subject, draft};
use store_redb::{OpenError, RedbStore};

/// Set for the process that inserts: the store's directory.
const DIRECTORY: &str = "KEYGLOT_TEST_INSERT_INTO";

/// How often the process is killed, each time with more in the store.
const ROUNDS: usize = 5;

/// How many acknowledgements are waited for before each kill.
const ACKNOWLEDGED: usize = 300;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match std::env::var_os(DIRECTORY) {
        Some(directory) => runtime.block_on(insert_forever(Path::new(&directory))),
        None => runtime.block_on(every_acknowledged_insert_survives_sigkill()),
    }
}

/// Inserts from many tasks at once and prints each name after its acknowledgement.
async fn insert_forever(directory: &Path) {
    let subject = Subject::new(RedbStore::open(directory).expect("the store opens"));
    let names = std::process::id();
    let tasks = (0..32).map(|task| {
        let desk = Desk::new(&subject);
        tokio::spawn(async move {
            for number in 0_u64.. {
                let name = format!("{names}-{task}-{number}");
                let mut record = draft(&name);
                record.ids = vec![KeyPairId::new(&*name)];
                desk.put_record(&record).await;
                // One call a line: no line is torn between two tasks.
                let line = format!("{name}\n");
                let printed = std::io::stdout().lock().write_all(line.as_bytes());
                printed.expect("the parent listens");
            }
        })
    });
    for ended in join_all(tasks).await {
        ended.expect("no task ends before the process");
    }
}

async fn every_acknowledged_insert_survives_sigkill() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut acknowledged = BTreeSet::new();
    for round in 1..=ROUNDS {
        acknowledged.extend(insert_until_killed(directory.path()));
        let found = names_and_counts_agree(directory.path()).await;
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        println!(
            "round {round}: {} acknowledged, {} stored",
            acknowledged.len(),
            found.len()
        );
    }
    println!("test every_acknowledged_insert_survives_sigkill ... ok");
}

/// Starts the inserting process, kills it, and gives all names that it acknowledged.
fn insert_until_killed(directory: &Path) -> BTreeSet<String> {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program runs once more");
    let output = child.stdout.take().expect("its output is piped");
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let mut names: BTreeSet<String> = lines.by_ref().take(ACKNOWLEDGED).collect();
    let in_use = RedbStore::open(directory);
    assert!(matches!(in_use, Err(OpenError::InUse(_))), "{in_use:?}");
    // On Unix this is SIGKILL: nothing of the process gets to run any more.
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    // What it had printed before and nobody had read yet.
    names.extend(lines);
    assert!(names.len() >= ACKNOWLEDGED, "it ended by itself");
    names
}

/// Opens the store, checks that its parts fit together, and gives all names.
async fn names_and_counts_agree(directory: &Path) -> BTreeSet<String> {
    let subject = Subject::new(RedbStore::open(directory).expect("the store opens again"));
    let desk = Desk::new(&subject);
    let listing = desk.list(Window::All).await;
    let listing = listing.expect("no marker");
    let count = listing.key_pairs.len() as u64;
    assert_eq!((listing.total, desk.usage().await), (count, count));
    let sequences: BTreeSet<u64> = listing.key_pairs.iter().map(|kp| kp.sequence).collect();
    assert_eq!(sequences.len() as u64, count);
    for key_pair in &listing.key_pairs {
        let id = KeyPairId::new(key_pair.name.as_str());
        let found = desk.find(&Selector::Id(id)).await;
        assert_eq!(found.as_ref(), Some(key_pair));
    }
    let names = listing.key_pairs.iter();
    names.map(|kp| kp.name.as_str().to_owned()).collect()
}
