//! Who may call: the accounts that a dialect's config names, and the directory that knows them.
//!
//! Every dialect has a directory of its own, so one cloud's credentials mean nothing to another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::{BoxFuture, Error, TenantId};
use zeroize::Zeroizing;

use crate::config::Secret;

/// The accounts of one dialect.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// These are the published demo accounts: they may only be offered on a loopback address
    /// unless the operator says otherwise.
    pub demo: bool,
    /// Anybody may call without a credential; likewise only on loopback unless `open_on_purpose`.
    pub open: bool,
    /// The operator wrote out that anybody may call.
    pub open_on_purpose: bool,
    /// People and programs with a password.
    pub users: Vec<User>,
    /// What users work in.
    pub projects: Vec<Project>,
    /// Pairs of a public id and a secret signing key.
    pub access_keys: Vec<AccessKey>,
    /// Bearer tokens that the config names.
    pub tokens: Vec<StaticToken>,
    /// Keys that name an application.
    pub api_keys: Vec<ApiKey>,
}

/// Somebody with a password.
#[derive(Debug, Clone)]
pub struct User {
    /// Identifier.
    pub id: String,
    /// Log-in name, unique in the dialect.
    pub name: String,
    /// Password, plain or an argon2id PHC string.
    pub password: Option<Secret>,
    /// A second secret for programs.
    pub api_key: Option<Secret>,
    /// The project that a log-in without a project gets.
    pub default_project: Option<String>,
    /// Role names by project id.
    pub roles: BTreeMap<String, Vec<String>>,
}

/// What a user works in.
#[derive(Debug, Clone)]
pub struct Project {
    /// Identifier.
    pub id: String,
    /// Name, unique in the dialect.
    pub name: String,
}

/// A public id and a secret key for signatures.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// The public half.
    pub id: String,
    /// The signing key.
    pub secret: Secret,
    /// A session token that must come along, for temporary credentials.
    pub session_token: Option<Secret>,
    /// Whose key pairs it reaches.
    pub account: TenantId,
}

/// Which projects a credential reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectAccess {
    /// Any.
    Any,
    /// These.
    Only(Vec<String>),
}

impl ProjectAccess {
    /// Whether a project is among them.
    pub fn permits(&self, project: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(projects) => projects.iter().any(|known| known == project),
        }
    }
}

/// A bearer token that the config names.
#[derive(Debug, Clone)]
pub struct StaticToken {
    /// The token.
    pub token: Secret,
    /// What its bearer is called.
    pub name: String,
    /// What it reaches.
    pub projects: ProjectAccess,
    /// Whose key pairs it reaches, where that is not said by a project.
    pub tenant: TenantId,
    /// When it stops.
    pub expires_at: Option<SystemTime>,
}

/// A key that names an application.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// The key.
    pub key: Secret,
    /// What its owner is called.
    pub name: String,
}

/// Who is calling, once that is known.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whose calls are counted against a rate limit, and by default whose key pairs are meant.
    pub tenant: TenantId,
    /// What the dialect calls the caller: a user id, a token's name.
    pub name: String,
    /// Which projects it reaches.
    pub projects: ProjectAccess,
    /// The claims of the log-in token, where one was shown.
    pub claims: Option<TokenClaims>,
}

impl Caller {
    /// Somebody without a credential.
    pub fn anonymous(tenant: TenantId) -> Self {
        Self {
            tenant,
            name: "anonymous".to_owned(),
            projects: ProjectAccess::Any,
            claims: None,
        }
    }
}

/// What a log-in token says. It is signed, not stored: any replica can check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaims {
    /// Who logged in.
    pub user_id: String,
    /// What the token is good for; `None` for an unscoped token.
    pub project_id: Option<String>,
    /// Good for the whole system rather than a project.
    pub system: bool,
    /// How the user proved it, in the order of use.
    pub methods: Vec<String>,
    /// One random id per log-in that led here, newest first; also what is revoked.
    pub audit_ids: Vec<[u8; 16]>,
    /// When it was issued, whole seconds.
    pub issued_at: SystemTime,
    /// When it stops, whole seconds.
    pub expires_at: SystemTime,
}

/// A signed token: URL-safe text of at most 255 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<Zeroizing<String>>);

impl Token {
    /// Wraps a token.
    pub fn new(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }

    /// The token's text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// Knows the accounts of one dialect. Look-ups by secret take the same time whether or not part of
/// the secret is right.
pub trait Directory: Send + Sync {
    /// The signing key of a public id.
    fn access_key(&self, id: &str) -> Option<&AccessKey>;

    /// A bearer token of the config; the caller looks at its expiry.
    fn static_token(&self, token: &str) -> Option<&StaticToken>;

    /// Whether the config names any API key, and the one given.
    fn api_key(&self, key: &str) -> Option<&ApiKey>;

    /// Whether the config names any API key.
    fn has_api_keys(&self) -> bool;

    /// A user by id.
    fn user_by_id(&self, id: &str) -> Option<&User>;

    /// A user by log-in name.
    fn user_by_name(&self, name: &str) -> Option<&User>;

    /// A project by id.
    fn project_by_id(&self, id: &str) -> Option<&Project>;

    /// A project by name.
    fn project_by_name(&self, name: &str) -> Option<&Project>;

    /// Every user, in the config's order.
    fn users(&self) -> &[User];

    /// Every project, in the config's order.
    fn projects(&self) -> &[Project];

    /// Whether a password is the user's. Takes as long for a user that does not exist.
    fn check_password<'a>(
        &'a self,
        user: Option<&'a User>,
        password: &'a str,
    ) -> BoxFuture<'a, bool>;

    /// Whether an API key is the user's.
    fn check_user_api_key(&self, user: Option<&User>, api_key: &str) -> bool;

    /// Signs a token.
    fn issue(&self, claims: &TokenClaims) -> Token;

    /// Checks a token: signature, expiry, revocation.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`] if revocations cannot be asked for. A token that is no good is
    /// `Ok(None)`.
    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<TokenClaims>, Error>>;

    /// Revokes a token for the rest of its life, on every replica.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn revoke<'a>(&'a self, claims: &'a TokenClaims) -> BoxFuture<'a, Result<(), Error>>;
}
