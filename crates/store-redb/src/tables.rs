//! The tables of the file.

use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};

use crate::record::RecordError;

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// A record's key to the record.
pub(crate) const RECORDS: Definition = Definition::new("records");
/// A tenant and an identifier to the place of the key pair.
pub(crate) const IDS: Definition = Definition::new("ids");
/// A tenant and a public key's digest to the number of key pairs that hold it.
pub(crate) const PUBLIC_KEYS: Definition = Definition::new("public_keys");
/// A tenant and a partition to the number of key pairs in it.
pub(crate) const PARTITIONS: Definition = Definition::new("partitions");
/// A tenant to its counters.
pub(crate) const TENANTS: Definition = Definition::new("tenants");
/// A tenant to its limit.
pub(crate) const LIMITS: Definition = Definition::new("limits");
/// A partition, an attachment and a name to nothing.
pub(crate) const ATTACHED: Definition = Definition::new("attached");
/// A mark to the time until which it is remembered.
pub(crate) const MARKS: Definition = Definition::new("marks");
/// A time and a mark to nothing.
pub(crate) const MARK_TIMES: Definition = Definition::new("mark_times");

/// A drawer and a note's name to the note.
pub(crate) const NOTES: Definition = Definition::new("notes");
/// A drawer, a time and a note's name to nothing.
pub(crate) const NOTE_ENDS: Definition = Definition::new("note_ends");
/// A drawer to the number of notes in it.
pub(crate) const DRAWERS: Definition = Definition::new("drawers");

/// A table of bytes, open for writing.
pub(crate) type Bytes<'txn> = Table<'txn, &'static [u8], &'static [u8]>;

/// Any open table of bytes.
pub(crate) trait Readable: ReadableTable<&'static [u8], &'static [u8]> {}

impl<T: ReadableTable<&'static [u8], &'static [u8]>> Readable for T {}

/// All tables in one write transaction.
pub(crate) struct Tables<'txn> {
    pub(crate) records: Bytes<'txn>,
    pub(crate) ids: Bytes<'txn>,
    pub(crate) public_keys: Bytes<'txn>,
    pub(crate) partitions: Bytes<'txn>,
    pub(crate) tenants: Bytes<'txn>,
    pub(crate) limits: Bytes<'txn>,
    pub(crate) attached: Bytes<'txn>,
    pub(crate) marks: Bytes<'txn>,
    pub(crate) mark_times: Bytes<'txn>,
    pub(crate) notes: Bytes<'txn>,
    pub(crate) note_ends: Bytes<'txn>,
    pub(crate) drawers: Bytes<'txn>,
    /// Whether anything was written: what was only refused needs no commit.
    pub(crate) written: bool,
}

impl<'txn> Tables<'txn> {
    /// Opens all tables, and makes those that are not there.
    pub(crate) fn open(transaction: &'txn WriteTransaction) -> Result<Self, redb::TableError> {
        Ok(Self {
            records: transaction.open_table(RECORDS)?,
            ids: transaction.open_table(IDS)?,
            public_keys: transaction.open_table(PUBLIC_KEYS)?,
            partitions: transaction.open_table(PARTITIONS)?,
            tenants: transaction.open_table(TENANTS)?,
            limits: transaction.open_table(LIMITS)?,
            attached: transaction.open_table(ATTACHED)?,
            marks: transaction.open_table(MARKS)?,
            mark_times: transaction.open_table(MARK_TIMES)?,
            notes: transaction.open_table(NOTES)?,
            note_ends: transaction.open_table(NOTE_ENDS)?,
            drawers: transaction.open_table(DRAWERS)?,
            written: false,
        })
    }
}

/// Why a look into the tables failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The file cannot be read or written.
    Storage(redb::Error),
    /// What was read makes no sense.
    Record(RecordError),
}

impl<E: Into<redb::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Storage(error.into())
    }
}

/// Whether the key is there.
pub(crate) fn has(table: &impl Readable, key: &[u8]) -> Result<bool, redb::StorageError> {
    Ok(table.get(key)?.is_some())
}

/// What lies under the key.
pub(crate) fn get(
    table: &impl Readable,
    key: &[u8],
) -> Result<Option<Vec<u8>>, redb::StorageError> {
    Ok(table.get(key)?.map(|value| value.value().to_vec()))
}

/// The counters under the key, all 0 if there are none.
pub(crate) fn counters<const N: usize>(
    table: &impl Readable,
    key: &[u8],
) -> Result<[u64; N], Failure> {
    let Some(value) = table.get(key)? else {
        return Ok([0; N]);
    };
    let (numbers, rest) = value.value().as_chunks::<8>();
    match (<&[[u8; 8]; N]>::try_from(numbers), rest) {
        (Ok(numbers), []) => Ok(numbers.map(u64::from_be_bytes)),
        _ => Err(Failure::Record(RecordError::Counter)),
    }
}

/// Counters as they are stored.
pub(crate) fn counters_to_bytes(counters: &[u64]) -> Vec<u8> {
    counters.iter().flat_map(|n| n.to_be_bytes()).collect()
}
