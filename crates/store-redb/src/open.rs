//! Opening the file.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableTable as _, TableDefinition};

use crate::tables::Tables;

/// The file's name in the store's directory.
const FILE: &str = "keyglot.redb";

/// What the file is read into, in bytes. Key pairs are about a kilobyte each.
const CACHE_BYTES: usize = 128 * 1024 * 1024;

/// What is known of the file as a whole.
const META: TableDefinition<'static, &'static str, u64> = TableDefinition::new("meta");

/// The key of the format's number in [`META`].
const FORMAT_KEY: &str = "format";

/// The number of the format that this version reads and writes.
const FORMAT: u64 = 1;

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or this one, has it open.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// It was written by a version that keeps key pairs otherwise.
    #[error(
        "{} has format {found}, and this version reads format {FORMAT} only", file.display()
    )]
    UnknownFormat {
        /// The file.
        file: PathBuf,
        /// The number of its format.
        found: u64,
    },
    /// The directory or the file cannot be used.
    #[error("{} cannot be used", file.display())]
    Io {
        /// The directory or file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is no store, is damaged, or cannot be read.
    #[error("{} cannot be opened", file.display())]
    Storage {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Opens the store in a directory, which is made if it is not there.
pub(crate) fn open(directory: &Path) -> Result<Database, OpenError> {
    let in_directory = |source| OpenError::Io {
        file: directory.to_owned(),
        source,
    };
    make_directory(directory).map_err(in_directory)?;
    let path = directory.join(FILE);
    let file = open_file(&path).map_err(|source| OpenError::Io {
        file: path.clone(),
        source,
    })?;
    // A new file is only there after a crash if its directory says so.
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(in_directory)?;
    let database = FileBackend::new(file)
        .and_then(|file| builder(&path).create_with_backend(file))
        .map_err(|error| {
            if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
                OpenError::InUse(path.clone())
            } else {
                storage_error(&path, error)
            }
        })?;
    check_format(&database, &path)?;
    Ok(database)
}

fn builder(path: &Path) -> Builder {
    let mut builder = Database::builder();
    let path = path.to_owned();
    let announced = std::cell::Cell::new(false);
    builder.set_cache_size(CACHE_BYTES);
    builder.set_repair_callback(move |_| {
        if !announced.replace(true) {
            tracing::warn!(file = %path.display(), "not closed in order; checking the whole file");
        }
    });
    builder
}

/// Reads the format's number, or writes it into a new file along with all tables.
fn check_format(database: &Database, path: &Path) -> Result<(), OpenError> {
    let found = write_format(database).map_err(|error| storage_error(path, error))?;
    if found == FORMAT {
        Ok(())
    } else {
        Err(OpenError::UnknownFormat {
            file: path.to_owned(),
            found,
        })
    }
}

fn write_format(database: &Database) -> Result<u64, redb::Error> {
    let transaction = database.begin_write()?;
    let found = {
        let mut meta = transaction.open_table(META)?;
        let known = meta.get(FORMAT_KEY)?.map(|format| format.value());
        if known.is_none() {
            meta.insert(FORMAT_KEY, FORMAT)?;
        }
        known.unwrap_or(FORMAT)
    };
    if found == FORMAT {
        Tables::open(&transaction)?;
        transaction.commit()?;
    } else {
        transaction.abort()?;
    }
    Ok(found)
}

fn storage_error(file: &Path, error: impl Into<redb::Error>) -> OpenError {
    OpenError::Storage {
        file: file.to_owned(),
        source: Box::new(error.into()),
    }
}

/// Makes the directory for its owner alone.
fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Opens the file, and makes it for its owner alone.
fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
