//! From the section's accounts to the directory's.

use dialect_api::{Accounts, Delegation};

use super::{ApplicationCredential, Auth, Config, Project, SYSTEM, User};

/// Where an account belongs, which the shape of its id says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domain {
    /// The domain `Default`: 32 lower-case hex digits.
    Default,
    /// The rackspace flavour: up to 20 decimal digits.
    Rackspace,
}

impl Domain {
    /// Where an id belongs; `None` for an id of no shape that is known.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if id.len() == 32 && id.bytes().all(hex) {
            return Some(Self::Default);
        }
        let decimal = (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
        decimal.then_some(Self::Rackspace)
    }

    /// The directory's name for a user of that log-in name. The directory wants names to be unique,
    /// and `demo` may exist on both sides.
    pub(crate) fn directory_name(self, name: &str) -> String {
        match self {
            Self::Default => name.to_owned(),
            Self::Rackspace => format!("{RACKSPACE_PREFIX}{name}"),
        }
    }
}

/// What the directory's names of Rackspace users begin with.
const RACKSPACE_PREFIX: &str = "rackspace/";

/// The log-in name of a user of the directory.
pub(crate) fn log_in_name(user: &dialect_api::User) -> &str {
    match Domain::of_id(&user.id) {
        Some(Domain::Rackspace) => user.name.strip_prefix(RACKSPACE_PREFIX),
        Some(Domain::Default) | None => None,
    }
    .unwrap_or(&user.name)
}

impl Config {
    /// The accounts as the directory takes them.
    pub(super) fn accounts(&self) -> Accounts {
        Accounts {
            open: self.auth == Auth::None,
            // `auth = "none"` cannot come about otherwise than by writing it out.
            open_on_purpose: self.auth == Auth::None,
            users: self.users.iter().map(User::for_directory).collect(),
            projects: self.projects.iter().map(Project::for_directory).collect(),
            grows: self.identity.admin,
            delegations: self
                .application_credentials
                .iter()
                .map(ApplicationCredential::for_directory)
                .collect(),
            ..Accounts::default()
        }
    }
}

impl User {
    fn for_directory(&self) -> dialect_api::User {
        let domain = Domain::of_id(&self.id).unwrap_or(Domain::Default);
        dialect_api::User {
            id: self.id.clone(),
            name: domain.directory_name(&self.name),
            password: self.password.clone(),
            api_key: self.api_key.clone(),
            default_project: self.default_project.clone(),
            // The directory knows roles by project; those for the system stay in the section.
            roles: self
                .roles
                .iter()
                .filter(|(project, _)| *project != SYSTEM)
                .map(|(project, roles)| (project.clone(), roles.clone()))
                .collect(),
            ..dialect_api::User::default()
        }
    }
}

impl Project {
    fn for_directory(&self) -> dialect_api::Project {
        dialect_api::Project {
            id: self.id.clone(),
            name: self.name().to_owned(),
            ..dialect_api::Project::default()
        }
    }
}

impl ApplicationCredential {
    fn for_directory(&self) -> Delegation {
        Delegation {
            id: self.id.clone(),
            name: self.name.clone(),
            description: None,
            user_id: self.user.clone(),
            project_id: self.project.clone(),
            roles: self.roles.clone(),
            unrestricted: false,
            expires_at: None,
            secret: self.secret.clone(),
        }
    }
}

/// Role names with those that they bring along: `admin` brings `member` and `reader`, `member`
/// brings `reader`. Sorted, no name twice.
pub(crate) fn with_implied_roles(roles: &[String]) -> Vec<String> {
    // A handful at most: searching beats a tree.
    let mut all = Vec::with_capacity(roles.len() + 2);
    all.extend_from_slice(roles);
    for (role, implied) in [("admin", "member"), ("member", "reader")] {
        let has = |name| all.iter().any(|role| role == name);
        if has(role) && !has(implied) {
            all.push(implied.to_owned());
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}
