//! Where in the config's lists an account is, by each thing that names it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use dialect_api::{Accounts, Delegation, User};
use foldhash::fast::RandomState;

use crate::keyed::{Digest, KeyedHash, Purpose};

/// The longest id of a user or a project, in bytes: with longer ones a token could exceed the 255
/// characters that clients have room for.
pub const MAX_ID_BYTES: usize = 64;

/// Accounts that cannot be. Says which by its public name, never by a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountProblem {
    /// Two users have one id.
    #[error("two users have the id `{id}`")]
    DuplicateUserId {
        /// The id.
        id: String,
    },
    /// Two users have one log-in name.
    #[error("two users have the name `{name}`")]
    DuplicateUserName {
        /// The name.
        name: String,
    },
    /// Two projects have one id.
    #[error("two projects have the id `{id}`")]
    DuplicateProjectId {
        /// The id.
        id: String,
    },
    /// Two projects have one name.
    #[error("two projects have the name `{name}`")]
    DuplicateProjectName {
        /// The name.
        name: String,
    },
    /// Two access keys have one public id.
    #[error("two access keys have the id `{id}`")]
    DuplicateAccessKey {
        /// The public id.
        id: String,
    },
    /// Two bearers have one token.
    #[error("`{first}` and `{second}` have the same token")]
    DuplicateToken {
        /// Name of the first bearer.
        first: String,
        /// Name of the second.
        second: String,
    },
    /// Two applications have one key.
    #[error("`{first}` and `{second}` have the same API key")]
    DuplicateApiKey {
        /// Name of the first owner.
        first: String,
        /// Name of the second.
        second: String,
    },
    /// A user has a role on, or defaults to, a project that is not there.
    #[error("user `{user}` names the project `{project}`, which does not exist")]
    UnknownProject {
        /// Name of the user.
        user: String,
        /// Id of the project.
        project: String,
    },
    /// An id of a user, a project or a delegation is empty or longer than [`MAX_ID_BYTES`].
    #[error("the id `{id}` does not have 1 to {MAX_ID_BYTES} bytes")]
    IdLength {
        /// The id.
        id: String,
    },
    /// A secret is empty, so that anybody would know it.
    #[error("a secret of `{owner}` is empty")]
    EmptySecret {
        /// Name or public id of its owner.
        owner: String,
    },
    /// Two delegations have one id.
    #[error("two delegations have the id `{id}`")]
    DuplicateDelegationId {
        /// The id.
        id: String,
    },
    /// A user has two delegations of one name.
    #[error("user `{user}` has two delegations of the name `{name}`")]
    DuplicateDelegationName {
        /// Id of the user.
        user: String,
        /// The name.
        name: String,
    },
    /// A delegation stands for a user, or is good for a project, that is not there.
    #[error("the delegation `{delegation}` names a user or project that does not exist")]
    DelegationOfNobody {
        /// Name of the delegation.
        delegation: String,
    },
    /// A password looks like an argon2 hash and cannot be verified.
    #[error("the password of user `{user}` is no valid argon2id hash")]
    BadPasswordHash {
        /// Name of the user.
        user: String,
    },
    /// A delegation's secret looks like an argon2 hash and cannot be verified.
    #[error("the secret of the delegation `{delegation}` is no valid argon2id hash")]
    BadSecretHash {
        /// Name of the delegation.
        delegation: String,
    },
}

/// Positions by key. What is in them is the config's, so that a fast hash does.
type Positions<K> = HashMap<K, usize, RandomState>;

/// Positions in the lists of [`Accounts`].
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) users_by_id: Positions<String>,
    pub(crate) users_by_name: Positions<String>,
    pub(crate) projects_by_id: Positions<String>,
    pub(crate) projects_by_name: Positions<String>,
    pub(crate) access_keys: Positions<String>,
    pub(crate) tokens: Positions<Digest>,
    pub(crate) api_keys: Positions<Digest>,
    pub(crate) delegations: Positions<String>,
}

impl Index {
    /// Checks the accounts and notes where they are.
    pub(crate) fn new(accounts: &Accounts, key: &KeyedHash) -> Result<Self, AccountProblem> {
        check_texts(accounts)?;
        let secret = |text: &str| key.digest(Purpose::Secret, text.as_bytes());
        let index = Self {
            users_by_id: unique(
                accounts.users.iter().map(|user| user.id.clone()),
                |id, _, _| AccountProblem::DuplicateUserId { id },
            )?,
            users_by_name: unique(
                accounts.users.iter().map(|user| user.name.clone()),
                |name, _, _| AccountProblem::DuplicateUserName { name },
            )?,
            projects_by_id: unique(
                accounts.projects.iter().map(|project| project.id.clone()),
                |id, _, _| AccountProblem::DuplicateProjectId { id },
            )?,
            projects_by_name: unique(
                accounts.projects.iter().map(|project| project.name.clone()),
                |name, _, _| AccountProblem::DuplicateProjectName { name },
            )?,
            access_keys: unique(
                accounts.access_keys.iter().map(|key| key.id.clone()),
                |id, _, _| AccountProblem::DuplicateAccessKey { id },
            )?,
            tokens: unique(
                accounts.tokens.iter().map(|it| secret(it.token.expose())),
                |_, first, second| AccountProblem::DuplicateToken {
                    first: name_at(&accounts.tokens, first, |token| &token.name),
                    second: name_at(&accounts.tokens, second, |token| &token.name),
                },
            )?,
            api_keys: unique(
                accounts.api_keys.iter().map(|it| secret(it.key.expose())),
                |_, first, second| AccountProblem::DuplicateApiKey {
                    first: name_at(&accounts.api_keys, first, |key| &key.name),
                    second: name_at(&accounts.api_keys, second, |key| &key.name),
                },
            )?,
            delegations: unique(
                accounts.delegations.iter().map(|it| it.id.clone()),
                |id, _, _| AccountProblem::DuplicateDelegationId { id },
            )?,
        };
        for user in &accounts.users {
            index.check_projects_of(user)?;
        }
        index.check_delegations(&accounts.delegations)?;
        Ok(index)
    }

    fn check_delegations(&self, delegations: &[Delegation]) -> Result<(), AccountProblem> {
        unique(
            delegations.iter().map(|it| (&it.user_id, &it.name)),
            |(user, name), _, _| AccountProblem::DuplicateDelegationName {
                user: user.clone(),
                name: name.clone(),
            },
        )?;
        for delegation in delegations {
            let user = self.users_by_id.contains_key(&delegation.user_id);
            if !user || !self.projects_by_id.contains_key(&delegation.project_id) {
                return Err(AccountProblem::DelegationOfNobody {
                    delegation: delegation.name.clone(),
                });
            }
        }
        Ok(())
    }

    fn check_projects_of(&self, user: &User) -> Result<(), AccountProblem> {
        let named = user.roles.keys().chain(&user.default_project);
        for project in named {
            if !self.projects_by_id.contains_key(project) {
                return Err(AccountProblem::UnknownProject {
                    user: user.name.clone(),
                    project: project.clone(),
                });
            }
        }
        Ok(())
    }
}

/// Refuses ids that are too long for a token and secrets that anybody can guess.
fn check_texts(accounts: &Accounts) -> Result<(), AccountProblem> {
    let user_ids = accounts.users.iter().map(|user| &user.id);
    let project_ids = accounts.projects.iter().map(|project| &project.id);
    let delegation_ids = accounts.delegations.iter().map(|it| &it.id);
    for id in user_ids.chain(project_ids).chain(delegation_ids) {
        if id.is_empty() || id.len() > MAX_ID_BYTES {
            return Err(AccountProblem::IdLength { id: id.clone() });
        }
    }
    let of_users = accounts.users.iter().flat_map(|user| {
        let secrets = user.password.iter().chain(&user.api_key);
        secrets.map(|secret| (&user.name, secret))
    });
    let of_keys = accounts.access_keys.iter().flat_map(|key| {
        let secrets = std::iter::once(&key.secret).chain(&key.session_token);
        secrets.map(|secret| (&key.id, secret))
    });
    let of_tokens = accounts.tokens.iter().map(|it| (&it.name, &it.token));
    let of_api_keys = accounts.api_keys.iter().map(|it| (&it.name, &it.key));
    let of_delegations = accounts.delegations.iter().map(|it| (&it.name, &it.secret));
    let of_bearers = of_tokens.chain(of_api_keys).chain(of_delegations);
    let mut all = of_users.chain(of_keys).chain(of_bearers);
    match all.find(|(_, secret)| secret.expose().is_empty()) {
        Some((owner, _)) => Err(AccountProblem::EmptySecret {
            owner: owner.clone(),
        }),
        None => Ok(()),
    }
}

/// Positions by key; `problem` gets a key that is there twice and both its positions.
fn unique<K: std::hash::Hash + Eq>(
    keys: impl Iterator<Item = K>,
    problem: impl FnOnce(K, usize, usize) -> AccountProblem,
) -> Result<Positions<K>, AccountProblem> {
    let mut positions = Positions::default();
    for (position, key) in keys.enumerate() {
        match positions.entry(key) {
            Entry::Vacant(free) => free.insert(position),
            Entry::Occupied(taken) => {
                let (key, first) = taken.remove_entry();
                return Err(problem(key, first, position));
            }
        };
    }
    Ok(positions)
}

fn name_at<T>(list: &[T], position: usize, name: impl Fn(&T) -> &String) -> String {
    list.get(position).map(name).cloned().unwrap_or_default()
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
