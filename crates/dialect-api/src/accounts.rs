//! Who may call: the accounts of a dialect, those that its config names and those that were made at
//! run time, and what is known of a caller.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::TenantId;
use zeroize::Zeroizing;

use crate::config::Secret;

/// The accounts of one dialect.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own, and any of the answers go together"
)]
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// These are the published demo accounts: they may only be offered on a loopback address
    /// unless the operator says otherwise.
    pub demo: bool,
    /// Anybody may call without a credential; likewise only on loopback unless `open_on_purpose`.
    pub open: bool,
    /// The operator wrote out that anybody may call.
    pub open_on_purpose: bool,
    /// Users, projects and roles may be added at run time; those that were added count.
    pub grows: bool,
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
    /// Secrets with which programs act for users.
    pub delegations: Vec<Delegation>,
}

/// Somebody with a password.
#[derive(Debug, Clone)]
pub struct User {
    /// Identifier.
    pub id: String,
    /// Log-in name, unique in the dialect.
    pub name: String,
    /// Whether the user may log in.
    pub enabled: bool,
    /// What whoever made the user says of it.
    pub description: Option<String>,
    /// Its address.
    pub email: Option<String>,
    /// Password, plain or an argon2id PHC string.
    pub password: Option<Secret>,
    /// A second secret for programs.
    pub api_key: Option<Secret>,
    /// The project that a log-in without a project gets.
    pub default_project: Option<String>,
    /// Role names by project id.
    pub roles: BTreeMap<String, Vec<String>>,
}

impl Default for User {
    /// Nobody yet, but enabled.
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            enabled: true,
            description: None,
            email: None,
            password: None,
            api_key: None,
            default_project: None,
            roles: BTreeMap::new(),
        }
    }
}

/// What a user works in.
#[derive(Debug, Clone)]
pub struct Project {
    /// Identifier.
    pub id: String,
    /// Name, unique in the dialect.
    pub name: String,
    /// Whether anybody may work in it.
    pub enabled: bool,
    /// What whoever made the project says of it.
    pub description: String,
    /// Words that it is marked with.
    pub tags: Vec<String>,
}

impl Default for Project {
    /// Nothing yet, but enabled.
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            enabled: true,
            description: String::new(),
            tags: Vec::new(),
        }
    }
}

/// A secret with which a program acts for a user in one project.
#[derive(Debug, Clone)]
pub struct Delegation {
    /// Identifier.
    pub id: String,
    /// Name, unique for its user.
    pub name: String,
    /// What its user says of it.
    pub description: Option<String>,
    /// Id of the user it stands for.
    pub user_id: String,
    /// Id of the project it is good for.
    pub project_id: String,
    /// The roles that it hands on, of those that the user has in the project; all if empty.
    pub roles: Vec<String>,
    /// Whether who comes with it may make and remove delegations.
    pub unrestricted: bool,
    /// When it stops, whole microseconds.
    pub expires_at: Option<SystemTime>,
    /// The secret, plain or an argon2id PHC string.
    pub secret: Secret,
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
    pub claims: Option<Arc<TokenClaims>>,
    /// Names of the roles that these claims give, where the dialect has roles.
    pub roles: Vec<String>,
}

impl Caller {
    /// Somebody without a credential.
    pub fn anonymous(tenant: TenantId) -> Self {
        Self {
            tenant,
            name: "anonymous".to_owned(),
            projects: ProjectAccess::Any,
            claims: None,
            roles: Vec::new(),
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
