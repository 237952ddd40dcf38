//! What notes say of accounts: JSON, read by every later version too.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dialect_api::{Delegation, Project, Secret, User};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct UserRecord {
    pub(super) id: String,
    pub(super) name: String,
    enabled: bool,
    description: Option<String>,
    email: Option<String>,
    /// An argon2id hash of it.
    password: Option<String>,
    default_project: Option<String>,
}

impl From<&User> for UserRecord {
    fn from(user: &User) -> Self {
        let exposed = |secret: &Secret| secret.expose().to_owned();
        Self {
            id: user.id.clone(),
            name: user.name.clone(),
            enabled: user.enabled,
            description: user.description.clone(),
            email: user.email.clone(),
            password: user.password.as_ref().map(exposed),
            default_project: user.default_project.clone(),
        }
    }
}

impl From<UserRecord> for User {
    fn from(record: UserRecord) -> Self {
        Self {
            id: record.id,
            name: record.name,
            enabled: record.enabled,
            description: record.description,
            email: record.email,
            password: record.password.map(Secret::new),
            default_project: record.default_project,
            ..Self::default()
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ProjectRecord {
    pub(super) id: String,
    pub(super) name: String,
    enabled: bool,
    description: String,
    tags: Vec<String>,
}

impl From<&Project> for ProjectRecord {
    fn from(project: &Project) -> Self {
        Self {
            id: project.id.clone(),
            name: project.name.clone(),
            enabled: project.enabled,
            description: project.description.clone(),
            tags: project.tags.clone(),
        }
    }
}

impl From<ProjectRecord> for Project {
    fn from(record: ProjectRecord) -> Self {
        Self {
            id: record.id,
            name: record.name,
            enabled: record.enabled,
            description: record.description,
            tags: record.tags,
        }
    }
}

/// A role of the user in whose drawer it is.
#[derive(Serialize, Deserialize)]
pub(super) struct RoleRecord {
    /// Id of the project.
    pub(super) project: String,
    /// Name of the role.
    pub(super) role: String,
}

/// Whose a delegation is.
#[derive(Serialize, Deserialize)]
pub(super) struct OwnerRecord {
    /// Id of the user.
    pub(super) user: String,
}

/// A delegation of the user in whose drawer it is.
#[derive(Serialize, Deserialize)]
pub(super) struct DelegationRecord {
    pub(super) id: String,
    pub(super) name: String,
    description: Option<String>,
    project: String,
    roles: Vec<String>,
    unrestricted: bool,
    /// Microseconds since 1970.
    expires_at: Option<u64>,
    /// An argon2id hash of it.
    secret: String,
}

impl From<&Delegation> for DelegationRecord {
    fn from(delegation: &Delegation) -> Self {
        let micros = |time: SystemTime| {
            let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
        };
        Self {
            id: delegation.id.clone(),
            name: delegation.name.clone(),
            description: delegation.description.clone(),
            project: delegation.project_id.clone(),
            roles: delegation.roles.clone(),
            unrestricted: delegation.unrestricted,
            expires_at: delegation.expires_at.map(micros),
            secret: delegation.secret.expose().to_owned(),
        }
    }
}

impl DelegationRecord {
    pub(super) fn of_user(self, user_id: &str) -> Delegation {
        Delegation {
            id: self.id,
            name: self.name,
            description: self.description,
            user_id: user_id.to_owned(),
            project_id: self.project,
            roles: self.roles,
            unrestricted: self.unrestricted,
            expires_at: self
                .expires_at
                .and_then(|micros| UNIX_EPOCH.checked_add(Duration::from_micros(micros))),
            secret: Secret::new(self.secret),
        }
    }
}
