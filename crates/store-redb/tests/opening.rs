//! What can be opened, and what is refused.

use std::fs;

use store_contract::{Desk, Subject};
use store_redb::{OpenError, RedbStore};

/// The name of the file in a store's directory.
const FILE: &str = "keyglot.redb";

#[test]
fn a_directory_in_use_is_refused_until_it_is_free() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = RedbStore::open(&directory).expect("the store opens");
    let error = RedbStore::open(&directory).expect_err("it is in use");
    assert!(matches!(error, OpenError::InUse(_)), "{error:?}");
    let expected = directory.path().join(FILE);
    assert_eq!(
        error.to_string(),
        format!("{} is in use by another process", expected.display())
    );
    drop(store);
    RedbStore::open(&directory).expect("it is free");
}

#[test]
fn missing_directories_are_made_for_the_owner_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let nested = directory.path().join("a").join("b");
    RedbStore::open(&nested).expect("the store opens");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| {
            let metadata = fs::metadata(path).expect("it is there");
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode(nested.join(FILE)), 0o600);
        assert_eq!(mode(nested), 0o700);
    }
}

#[test]
fn an_unknown_format_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(FILE);
    drop(RedbStore::open(&directory).expect("the store opens"));
    {
        let meta = redb::TableDefinition::<&str, u64>::new("meta");
        let database = redb::Database::open(&path).expect("a redb file");
        let transaction = database.begin_write().expect("nobody writes");
        let mut table = transaction.open_table(meta).expect("the table is there");
        let before = table.insert("format", 2).expect("it is written");
        assert_eq!(before.map(|format| format.value()), Some(1));
        drop(table);
        transaction.commit().expect("it is committed");
    }
    let error = RedbStore::open(&directory).expect_err("the format is unknown");
    assert!(
        matches!(error, OpenError::UnknownFormat { found: 2, .. }),
        "{error:?}"
    );
    let again = RedbStore::open(&directory).expect_err("the format is still unknown");
    assert!(matches!(again, OpenError::UnknownFormat { found: 2, .. }));
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(FILE);
    let text = "something that its owner needs".repeat(1_000);
    fs::write(&path, &text).expect("it is written");
    let error = RedbStore::open(&directory).expect_err("it is no store");
    assert!(matches!(error, OpenError::Storage { .. }), "{error:?}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), text);
}

#[test]
fn a_directory_that_cannot_be_made_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("file");
    fs::write(&path, "").expect("it is written");
    let error = RedbStore::open(path.join("below")).expect_err("a file is no directory");
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
}

#[tokio::test]
async fn what_was_handed_over_is_committed_before_the_store_closes() {
    use futures_util::FutureExt as _;

    let directory = tempfile::tempdir().expect("a directory");
    let subject = Subject::new(RedbStore::open(&directory).expect("the store opens"));
    let desk = Desk::new(&subject);
    for number in 0..100 {
        let record = store_contract::draft(&format!("k{number}"));
        // One poll, and the future is gone.
        let _ = desk.insert(&record).now_or_never();
    }
    drop((desk, subject));

    let subject = Subject::new(RedbStore::open(&directory).expect("the store is closed"));
    assert_eq!(Desk::new(&subject).usage().await, 100);
}
