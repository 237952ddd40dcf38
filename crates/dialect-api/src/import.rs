//! Taking over what another program that speaks a cloud's API has stored in files. The gateway
//! reads the files and writes the store; what the files mean is the dialect's.

use std::collections::BTreeMap;
use std::fmt;

use keypair_core::{KeyName, Partition, Passphrase, PrivateKey, PublicMaterial, TenantId};
use zeroize::Zeroizing;

/// How a dialect takes over another program's data folder.
#[derive(Debug, Clone)]
pub struct Importer {
    /// The folder below the data folder that holds key pairs. Nothing outside it is looked at.
    pub folder: &'static str,
    /// Whose the key pairs become.
    pub tenant: TenantId,
    /// Makes key pairs of files.
    pub read: fn(&DataFolder, &Passphrases) -> Findings,
}

/// The passphrases of protected private keys, by `partition/name`.
pub type Passphrases = BTreeMap<String, Passphrase>;

/// What lies in a folder, by the names on the way to it from the importer's folder.
#[derive(Debug, Default)]
pub struct DataFolder {
    entries: BTreeMap<Vec<String>, Entry>,
}

/// What has a name in a folder.
pub enum Entry {
    /// A folder.
    Folder,
    /// A file and all that it holds.
    File(Zeroizing<Vec<u8>>),
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "Folder",
            Self::File(_) => "File(redacted)",
        })
    }
}

impl DataFolder {
    /// Puts an entry at its place.
    pub fn insert(&mut self, place: Vec<String>, entry: Entry) {
        self.entries.insert(place, entry);
    }

    /// Everything, each folder before what lies in it.
    pub fn iter(&self) -> impl Iterator<Item = (&[String], &Entry)> {
        self.entries
            .iter()
            .map(|(place, entry)| (place.as_slice(), entry))
    }

    /// What a file holds; `None` if there is no such file.
    pub fn file(&self, place: &[&str]) -> Option<&[u8]> {
        let place: Vec<String> = place.iter().map(|name| (*name).to_owned()).collect();
        match self.entries.get(&place) {
            Some(Entry::File(bytes)) => Some(bytes),
            Some(Entry::Folder) | None => None,
        }
    }
}

/// What a data folder turned out to hold.
#[derive(Debug, Default)]
pub struct Findings {
    /// Folders of key pairs, the empty ones too.
    pub partitions: Vec<Partition>,
    /// Key pairs that could be read whole.
    pub key_pairs: Vec<FoundKeyPair>,
    /// What could not be read.
    pub refused: Vec<Refused>,
}

/// A key pair that was found.
#[derive(Debug)]
pub struct FoundKeyPair {
    /// Where its names are unique.
    pub partition: Partition,
    /// Its name.
    pub name: KeyName,
    /// Its public half.
    pub public: PublicMaterial,
    /// Its private half, if that was kept.
    pub private: Option<FoundPrivateKey>,
}

/// A private half that was found, and that belongs to its public half.
#[derive(Debug)]
pub struct FoundPrivateKey {
    /// The key itself.
    pub key: PrivateKey,
    /// The passphrase that protected it, and is to protect it again.
    pub passphrase: Option<Passphrase>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place, as in [`DataFolder`].
    pub place: Vec<String>,
    /// Why, in lower case, without anything secret.
    pub reason: String,
}
