//! Reads another program's data folder into memory.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use dialect_api::{DataFolder, Entry, Refused};
use zeroize::Zeroizing;

use crate::assemble::StartError;

/// No file of a key pair is longer.
const MAX_FILE_BYTES: usize = 64 * 1024;
/// No key pair lies deeper; also the end of a folder that is mounted into itself.
const MAX_DEPTH: usize = 8;

/// Everything in a folder, and what of it could not be read.
///
/// # Errors
/// The folder itself cannot be read.
pub(super) fn read(folder: &Path) -> Result<(DataFolder, Vec<Refused>), StartError> {
    let mut reading = Reading::default();
    // Only of the folder itself is it an error not to be there.
    fs::read_dir(folder)
        .map_err(|error| StartError::failed(folder.display().to_string(), &error))?;
    reading.folder(folder, &[]);
    Ok((reading.found, reading.refused))
}

#[derive(Default)]
struct Reading {
    found: DataFolder,
    refused: Vec<Refused>,
}

impl Reading {
    fn refuse(&mut self, place: &[String], reason: &dyn ToString) {
        self.refused.push(Refused {
            place: place.to_vec(),
            reason: reason.to_string(),
        });
    }

    fn folder(&mut self, folder: &Path, place: &[String]) {
        if place.len() >= MAX_DEPTH {
            return self.refuse(place, &"this lies too deep");
        }
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(place, &error),
        };
        for entry in entries {
            let mut place = place.to_vec();
            let name = entry.file_name();
            place.push(name.to_string_lossy().into_owned());
            if name.to_str().is_none() {
                self.refuse(&place, &"its name is no UTF-8");
                continue;
            }
            match entry.file_type() {
                Err(error) => self.refuse(&place, &error),
                Ok(kind) if kind.is_dir() => {
                    self.folder(&entry.path(), &place);
                    self.found.insert(place, Entry::Folder);
                }
                Ok(kind) if kind.is_file() => match file(&entry.path()) {
                    Ok(bytes) => self.found.insert(place, Entry::File(bytes)),
                    Err(reason) => self.refuse(&place, &reason),
                },
                // A link may lead out of the folder.
                Ok(_) => self.refuse(&place, &"this is neither a file nor a folder"),
            }
        }
    }
}

fn file(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    // Of its final size from the start: growing would leave a copy of a private key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES + 1));
    let limit = u64::try_from(MAX_FILE_BYTES + 1).unwrap_or(u64::MAX);
    let read = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err("this is too long for a key".to_owned());
    }
    Ok(Zeroizing::new(bytes.to_vec()))
}
