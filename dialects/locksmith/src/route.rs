//! Which operation a path and a method ask for: the union of the cloud's two route epochs.

use dialect_api::OperationClass;
use http::Method;
use http::request::Parts;

use crate::error::{Error, Fault};
use crate::openapi;
use crate::request::names_key_pair;
use crate::request::query::decode_escapes;

/// What the cloud does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Generates a key pair.
    CreateKeyPair,
    /// Shows a key pair.
    ReadKeyPair,
    /// Lists the ids of a key store.
    ListKeyPairs,
    /// Makes an empty key store.
    CreateKeyStore,
    /// Lists the key stores.
    ListKeyStores,
    /// Says that the service is alive.
    Health,
    /// Says which version of the service this is.
    Version,
    /// Gives the OpenAPI document of all of these.
    GetOpenApi,
}

impl dialect_api::Operation for Operation {
    fn all() -> &'static [Self] {
        &[
            Self::CreateKeyPair,
            Self::ReadKeyPair,
            Self::ListKeyPairs,
            Self::CreateKeyStore,
            Self::ListKeyStores,
            Self::Health,
            Self::Version,
            Self::GetOpenApi,
        ]
    }

    fn name(self) -> &'static str {
        match self {
            Self::CreateKeyPair => "create_key_pair",
            Self::ReadKeyPair => "read_key_pair",
            Self::ListKeyPairs => "list_key_pairs",
            Self::CreateKeyStore => "create_key_store",
            Self::ListKeyStores => "list_key_stores",
            Self::Health => "health",
            Self::Version => "version",
            Self::GetOpenApi => "get_openapi",
        }
    }

    fn class(self) -> OperationClass {
        match self {
            Self::CreateKeyPair => OperationClass::Generate,
            Self::ReadKeyPair | Self::ListKeyPairs | Self::ListKeyStores => OperationClass::Read,
            Self::CreateKeyStore => OperationClass::Write,
            Self::Health | Self::Version | Self::GetOpenApi => OperationClass::Discovery,
        }
    }
}

/// A path that the cloud knows, below the base path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Keys,
    Key,
    KeyStores,
    KeyStore,
    Health,
    Version,
    OpenApi,
}

impl Endpoint {
    fn of(path: &[u8]) -> Option<Self> {
        match path {
            b"/v1/keys" => Some(Self::Keys),
            b"/v1/key" => Some(Self::Key),
            b"/v1/keystores" => Some(Self::KeyStores),
            b"/v1/keystore" => Some(Self::KeyStore),
            b"/healthz" => Some(Self::Health),
            b"/version" => Some(Self::Version),
            _ => None,
        }
    }
}

/// Whether a request is for this dialect: everything below the base path is, or, without one, only
/// the paths that the cloud knows; and the document beside it.
pub(crate) fn claims(prefix: &str, head: &Parts) -> bool {
    let path = head.uri.path();
    if path == openapi::PATH {
        return true;
    }
    // A damaged path is still below the base path that it starts with, and unknown there.
    let path = decode_escapes(path).unwrap_or_else(|| path.as_bytes().into());
    match path.strip_prefix(prefix.as_bytes()) {
        Some(rest) if prefix.is_empty() => Endpoint::of(rest).is_some(),
        Some(rest) => matches!(rest.first(), None | Some(b'/')),
        None => false,
    }
}

/// Which operation a request asks for. On a listener of the dialect's own (`at_root`) the base path
/// may be left out.
///
/// # Errors
/// [`Fault::UnknownPath`], [`Fault::MethodNotAllowed`].
pub(crate) fn route(prefix: &str, at_root: bool, head: &Parts) -> Result<Operation, Error> {
    if head.uri.path() == openapi::PATH {
        return operation(Endpoint::OpenApi, head);
    }
    let path = decode_escapes(head.uri.path()).ok_or(Fault::UnknownPath)?;
    let below_prefix = path.strip_prefix(prefix.as_bytes()).and_then(Endpoint::of);
    let endpoint = match below_prefix {
        None if at_root => Endpoint::of(&path),
        found => found,
    };
    operation(endpoint.ok_or(Fault::UnknownPath)?, head)
}

/// What a method does on a path. `HEAD` is not `GET` for the cloud.
fn operation(endpoint: Endpoint, head: &Parts) -> Result<Operation, Error> {
    let (get, post) = (head.method == Method::GET, head.method == Method::POST);
    match endpoint {
        Endpoint::OpenApi if get || head.method == Method::HEAD => Ok(Operation::GetOpenApi),
        Endpoint::Health => Ok(Operation::Health),
        Endpoint::Version => Ok(Operation::Version),
        Endpoint::Keys if get && names_key_pair(head.uri.query().unwrap_or_default()) => {
            Ok(Operation::ReadKeyPair)
        }
        Endpoint::Keys if get => Ok(Operation::ListKeyPairs),
        Endpoint::Key if get => Ok(Operation::ReadKeyPair),
        Endpoint::Keys | Endpoint::Key if post => Ok(Operation::CreateKeyPair),
        Endpoint::KeyStores if get => Ok(Operation::ListKeyStores),
        Endpoint::KeyStores | Endpoint::KeyStore if post => Ok(Operation::CreateKeyStore),
        Endpoint::Keys
        | Endpoint::Key
        | Endpoint::KeyStores
        | Endpoint::KeyStore
        | Endpoint::OpenApi => Err(Fault::MethodNotAllowed.into()),
    }
}
