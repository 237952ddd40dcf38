//! Reads what the cloud's own program has stored: a folder for each key store, in it a folder for
//! each key pair, in that two files. Whatever is there and is not understood is refused by name,
//! so that nothing is lost unnoticed.

mod legacy;

use dialect_api::{
    DataFolder, Entry, Findings, FoundKeyPair, FoundPrivateKey, Passphrases, Refused,
};
use keypair_core::{Partition, Passphrase, PrivateKey, PublicKey, PublicMaterial, encoding};

use crate::validate::{self, Slug};

/// The folder of all key stores.
pub(crate) const FOLDER: &str = "keystores";
const PUBLIC_FILE: &str = "rsa.pub.pem";
const PRIVATE_FILE: &str = "rsa.priv.pem";

/// Makes key pairs of files.
pub(crate) fn read(folder: &DataFolder, passphrases: &Passphrases) -> Findings {
    let mut findings = Findings::default();
    for (place, entry) in folder.iter() {
        match look(folder, passphrases, place, entry) {
            Ok(Found::KeyStore(partition)) => findings.partitions.push(partition),
            Ok(Found::KeyPair(key_pair)) => findings.key_pairs.push(*key_pair),
            Ok(Found::Part) => {}
            Err((name, reason)) => {
                let mut place = place.to_vec();
                place.extend(name.map(str::to_owned));
                let reason = reason.to_owned();
                findings.refused.push(Refused { place, reason });
            }
        }
    }
    findings
}

/// What an entry is.
enum Found {
    KeyStore(Partition),
    KeyPair(Box<FoundKeyPair>),
    /// A file of a key pair, which is read with its folder.
    Part,
}

/// The file in the entry's folder that the trouble is with, and what it is.
type Trouble = (Option<&'static str>, &'static str);

fn look(
    folder: &DataFolder,
    passphrases: &Passphrases,
    place: &[String],
    entry: &Entry,
) -> Result<Found, Trouble> {
    match (place, entry) {
        ([key_store], Entry::Folder) => {
            own_id(key_store).ok_or((None, "this is no id of a key store"))?;
            Ok(Found::KeyStore(Partition::new(key_store.as_str())))
        }
        ([key_store, id], Entry::Folder) => {
            // Its key store was refused as a whole.
            let Some(_) = own_id(key_store) else {
                return Ok(Found::Part);
            };
            let found = key_pair(folder, passphrases, key_store, id)?;
            Ok(Found::KeyPair(Box::new(found)))
        }
        ([_, _, file], Entry::File(_)) if [PUBLIC_FILE, PRIVATE_FILE].contains(&&**file) => {
            Ok(Found::Part)
        }
        ([_, file], Entry::File(_)) if [PUBLIC_FILE, PRIVATE_FILE].contains(&&**file) => Err((
            None,
            "this belongs to a key pair without an id, which nobody could ever read",
        )),
        _ => Err((None, "this is no part of a key pair")),
    }
}

/// An id that the cloud could have made.
fn own_id(name: &str) -> Option<Slug> {
    let slug = Slug::of(name);
    let own = slug.as_str() == name && !slug.is_empty() && !slug.is_too_long();
    own.then_some(slug)
}

fn key_pair(
    folder: &DataFolder,
    passphrases: &Passphrases,
    key_store: &str,
    id: &str,
) -> Result<FoundKeyPair, Trouble> {
    let name = own_id(id)
        .and_then(|slug| validate::name(&slug))
        .ok_or((None, "this is no id of a key pair"))?;
    let public = folder
        .file(&[key_store, id, PUBLIC_FILE])
        .ok_or((None, "there is no rsa.pub.pem in it"))?;
    let public =
        read_public(public).ok_or((Some(PUBLIC_FILE), "this is no PEM of an RSA public key"))?;
    let private = match folder.file(&[key_store, id, PRIVATE_FILE]) {
        None => None,
        Some(file) => {
            let passphrase = passphrases.get(&format!("{key_store}/{id}"));
            let found = read_private(file, passphrase).map_err(|why| (Some(PRIVATE_FILE), why))?;
            let own_public = found.key.public_key("").ok();
            if own_public.is_none_or(|own| own.blob() != public.blob()) {
                return Err((Some(PRIVATE_FILE), "this does not belong to rsa.pub.pem"));
            }
            Some(found)
        }
    };
    Ok(FoundKeyPair {
        partition: Partition::new(key_store),
        name,
        public: PublicMaterial::Ssh(public),
        private,
    })
}

fn read_public(file: &[u8]) -> Option<PublicKey> {
    let text = std::str::from_utf8(file).ok()?;
    encoding::parse_pkcs1_public_pem(text).ok()
}

/// The cloud writes a private key as PEM or, under a passphrase, as one line of base64.
fn read_private(
    file: &[u8],
    passphrase: Option<&Passphrase>,
) -> Result<FoundPrivateKey, &'static str> {
    if file.is_empty() {
        return Err("this is empty: its private key was never written");
    }
    if file.starts_with(b"-----BEGIN ") {
        let key = parse_pem(file).ok_or("this is no PEM of an RSA private key")?;
        return Ok(FoundPrivateKey {
            key,
            passphrase: None,
        });
    }
    let sealed = legacy::unwrap(file).ok_or(
        "this is neither PEM nor base64 of an encrypted key; what early releases wrote under a \
         passphrase cannot be opened, by them neither",
    )?;
    let passphrase = passphrase.ok_or("this needs a passphrase, and none is given for it")?;
    let pem = legacy::open(&sealed, passphrase).ok_or("the passphrase given does not open this")?;
    let key = parse_pem(&pem).ok_or("what is encrypted here is no RSA private key")?;
    Ok(FoundPrivateKey {
        key,
        passphrase: Some(passphrase.clone()),
    })
}

fn parse_pem(file: &[u8]) -> Option<PrivateKey> {
    let key = encoding::parse_private_key(std::str::from_utf8(file).ok()?).ok()?;
    // Nothing but RSA has the form that this cloud sends.
    encoding::to_pkcs1_der(&key).is_ok().then_some(key)
}

#[cfg(test)]
mod tests;
