//! `keyglot import`: takes over the key pairs that another program has stored in files.
//!
//! All is read before anything is written, and unless the operator says otherwise nothing is
//! written if anything cannot be read. A run that was cut short can be repeated: what is there
//! already is passed over.

mod folder;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use dialect_api::{Findings, FoundKeyPair, FoundPrivateKey, Importer, Passphrases, Refused};
use keypair_core::ports::{BoxFuture, GenerateError, KeyGenerator, Sealer as _};
use keypair_core::service::{Service, ServicePorts};
use keypair_core::{
    Attributes, CreateKeyPair, Error, ImportKeyPair, KeyPairs as _, KeySpec, Limit, Partition,
    Passphrase, Precedence, PrivateKey, QuotaRule, Realm, Retention, Scope, Selector,
};
use toml::Table;

use crate::assemble::{self, MEMORY, SharedKeys, StartError, SystemClock};
use crate::cli::ImportArgs;
use crate::config::{ConfigError, Loaded};
use crate::entropy::SystemEntropy;
use crate::front_end::FrontEndKind;
use crate::front_ends::FRONT_ENDS;
use crate::server_keys::SealingKeys;

/// Takes a data folder over and says what became of it.
///
/// # Errors
/// A setting that cannot be, a store that does not work, or something that cannot be taken over.
pub(crate) async fn import(loaded: &Loaded, args: &ImportArgs) -> Result<String, StartError> {
    let bad = |key: &str, problem: String| ConfigError::BadValue {
        origin: loaded.origin.clone(),
        key: key.to_owned(),
        problem,
    };
    let dialects = assemble::configure_dialects(loaded)?;
    let kind = FRONT_ENDS.iter().find(|kind| kind.name == args.dialect);
    let kind = kind.ok_or_else(|| {
        let names: Vec<_> = FRONT_ENDS.iter().map(|kind| kind.name).collect();
        bad("DIALECT", format!("must be one of {}", names.join(", ")))
    })?;
    let (importer, realm) = importer(kind, loaded)?;
    let importer = importer.ok_or_else(|| {
        let problem = format!("no other program's files are known for `{}`", args.dialect);
        bad("DIALECT", problem)
    })?;
    if loaded.settings.store == MEMORY {
        let problem = "key pairs in memory would be gone at once: name redb:DIR or redis://…";
        return Err(bad("store", problem.to_owned()).into());
    }
    let findings = read(&importer, args)?;
    let sealing = SealingKeys::new(&loaded.settings, &loaded.origin)?;
    if findings.key_pairs.iter().any(|one| one.private.is_some()) && !sealing.sealer.can_seal() {
        let problem = "is needed: there are private keys, and they are kept sealed only";
        return Err(bad("sealing.key", problem.to_owned()).into());
    }
    let handed_out = Arc::new(HandedOut::default());
    let service = Service::new(ServicePorts {
        store: assemble::open_store(&loaded.settings, &loaded.origin).await?,
        generator: Arc::clone(&handed_out) as Arc<dyn KeyGenerator>,
        sealer: sealing.sealer,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        minters: assemble::minters(&dialects),
    });
    let desk = Desk {
        service,
        handed_out,
        importer,
        realm,
    };
    desk.take_over(findings, args.skip_unreadable)
        .await
        .map(|counts| counts.report())
}

/// The dialect's importer and the realm of its key pairs.
fn importer(
    kind: &FrontEndKind,
    loaded: &Loaded,
) -> Result<(Option<Importer>, Realm), ConfigError> {
    let section = loaded.sections.get(kind.name).cloned().unwrap_or_default();
    let (own, section) = SharedKeys::split(kind.name, section, &loaded.origin)?;
    let importer = (kind.importer)(section)
        .map_err(|error| assemble::section_error(kind.name, &loaded.origin, error))?;
    Ok((importer, own.realm))
}

/// Reads files and passphrases.
fn read(importer: &Importer, args: &ImportArgs) -> Result<Findings, StartError> {
    let passphrases = match &args.passphrases {
        Some(file) => passphrases(file)?,
        None => Passphrases::new(),
    };
    let (folder, unreadable) = folder::read(&args.dir.join(importer.folder))?;
    let mut findings = (importer.read)(&folder, &passphrases);
    findings.refused.extend(unreadable);
    Ok(findings)
}

fn passphrases(file: &Path) -> Result<Passphrases, StartError> {
    let problem = |problem: &str| StartError::Failed {
        what: file.display().to_string(),
        cause: problem.to_owned(),
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| StartError::failed(file.display().to_string(), &error))?;
    // What the reader says of its trouble may quote a passphrase.
    let table: Table = text.parse().map_err(|_| problem("this is not TOML"))?;
    let passphrases = table.into_iter().map(|(place, value)| {
        let text = value.as_str().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| problem("passphrases are texts that are not empty"))?;
        Ok((place, Passphrase::new(text.to_owned())))
    });
    passphrases.collect()
}

/// What became of a data folder.
#[derive(Default)]
struct Counts {
    key_pairs: usize,
    private_keys: usize,
    there_already: usize,
    refused: usize,
}

impl Counts {
    fn report(&self) -> String {
        let Self {
            key_pairs,
            private_keys,
            there_already,
            refused,
        } = self;
        format!(
            "key pairs taken over: {key_pairs}, {private_keys} of them with a private key; \
             there already: {there_already}; refused: {refused}\n"
        )
    }
}

/// Hands out the one private key that lies ready: a key that is taken over goes the way of a key
/// that is generated, so that it is sealed and stored by the same code.
#[derive(Default)]
struct HandedOut(Mutex<Option<PrivateKey>>);

impl HandedOut {
    fn put(&self, key: PrivateKey) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }
}

impl KeyGenerator for HandedOut {
    fn generate(&self, _: KeySpec) -> BoxFuture<'_, Result<PrivateKey, GenerateError>> {
        let key = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let missing = || GenerateError::Failed("no key lies ready".into());
        Box::pin(std::future::ready(key.ok_or_else(missing)))
    }
}

/// Puts what was found into the store.
struct Desk {
    service: Service,
    handed_out: Arc<HandedOut>,
    importer: Importer,
    realm: Realm,
}

/// What becomes of a key pair.
#[derive(PartialEq, Eq)]
enum Place {
    Free,
    Taken,
    There,
}

impl Desk {
    async fn take_over(
        self,
        findings: Findings,
        skip_unreadable: bool,
    ) -> Result<Counts, StartError> {
        let mut refused = findings.refused;
        let mut counts = Counts::default();
        let mut wanted = Vec::new();
        for found in findings.key_pairs {
            match self.place(&found).await.map_err(store_failed)? {
                Place::Free => wanted.push(found),
                Place::There => counts.there_already += 1,
                Place::Taken => refused.push(Refused {
                    place: vec![found.partition.to_string(), found.name.as_str().to_owned()],
                    reason: "the store has another key pair of this name".to_owned(),
                }),
            }
        }
        if !refused.is_empty() && !skip_unreadable {
            return Err(self.refusal(&refused, "nothing was taken over"));
        }
        for partition in findings.partitions {
            match self.service.create_partition(&self.scope(partition)).await {
                Ok(()) | Err(Error::PartitionExists { .. }) => {}
                Err(error) => return Err(store_failed(error)),
            }
        }
        for found in wanted {
            counts.key_pairs += 1;
            counts.private_keys += usize::from(found.private.is_some());
            self.put(found).await.map_err(store_failed)?;
        }
        counts.refused = refused.len();
        if refused.is_empty() {
            return Ok(counts);
        }
        Err(self.refusal(&refused, counts.report().trim_end()))
    }

    fn scope(&self, partition: Partition) -> Scope {
        Scope {
            realm: self.realm.clone(),
            tenant: self.importer.tenant.clone(),
            partition,
        }
    }

    async fn place(&self, found: &FoundKeyPair) -> Result<Place, Error> {
        let scope = self.scope(found.partition.clone());
        let which = Selector::Name(found.name.clone());
        match self.service.get(&scope, &which).await {
            Ok(there) if there.public.digest() == found.public.digest() => Ok(Place::There),
            Ok(_) => Ok(Place::Taken),
            Err(Error::KeyPairNotFound { .. }) => Ok(Place::Free),
            Err(error) => Err(error),
        }
    }

    async fn put(&self, found: FoundKeyPair) -> Result<(), Error> {
        let FoundKeyPair {
            partition,
            name,
            public,
            private,
        } = found;
        let scope = self.scope(partition);
        let quota = QuotaRule {
            exception: None,
            holder: self.importer.tenant.clone(),
            default: Limit::Unlimited,
        };
        let (precedence, attributes) = (Precedence::NameFirst, Attributes::default());
        if let Some(FoundPrivateKey { key, passphrase }) = private {
            let spec = key.spec();
            self.handed_out.put(key);
            let new = CreateKeyPair {
                name,
                spec,
                comment: String::new(),
                quota,
                precedence,
                retention: Retention::Keep { passphrase },
                attributes,
                receipt: None,
            };
            self.service.create(&scope, new).await?;
        } else {
            let new = ImportKeyPair {
                name,
                public,
                unique_public_key: false,
                quota,
                precedence,
                attributes,
                receipt: None,
            };
            self.service.import(&scope, new).await?;
        }
        Ok(())
    }

    /// Everything that was refused, a line each, below what became of the rest.
    fn refusal(&self, refused: &[Refused], outcome: &str) -> StartError {
        let mut cause = outcome.to_owned();
        for Refused { place, reason } in refused {
            let folder = self.importer.folder;
            // Writing to a String does not fail.
            let _ = write!(cause, "\n{folder}/{}: {reason}", place.join("/"));
        }
        StartError::Failed {
            what: format!("{} cannot be taken over", refused.len()),
            cause,
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where errors are turned into others"
)]
fn store_failed(error: Error) -> StartError {
    StartError::failed("writing to the store", &error)
}
