//! The accounts of the config, by each thing that names them.

use std::sync::Arc;

use dialect_api::{AccessKey, Accounts, ApiKey, Delegation, Project, StaticToken, User};

use crate::index::{AccountProblem, Index};
use crate::keyed::{Digest, KeyedHash};

/// What the config names. Users, projects and delegations are handed out shared, so that whoever
/// has one keeps it whatever becomes of the rest.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) users: Vec<Arc<User>>,
    pub(crate) projects: Vec<Arc<Project>>,
    pub(crate) delegations: Vec<Arc<Delegation>>,
    /// Whether accounts that were made at run time count.
    pub(crate) grows: bool,
    access_keys: Vec<AccessKey>,
    tokens: Vec<StaticToken>,
    api_keys: Vec<ApiKey>,
    index: Index,
}

impl Known {
    /// Checks the accounts and notes where they are.
    pub(crate) fn new(accounts: Accounts, key: &KeyedHash) -> Result<Self, AccountProblem> {
        let index = Index::new(&accounts, key)?;
        Ok(Self {
            users: accounts.users.into_iter().map(Arc::new).collect(),
            projects: accounts.projects.into_iter().map(Arc::new).collect(),
            delegations: accounts.delegations.into_iter().map(Arc::new).collect(),
            grows: accounts.grows,
            access_keys: accounts.access_keys,
            tokens: accounts.tokens,
            api_keys: accounts.api_keys,
            index,
        })
    }

    pub(crate) fn access_key(&self, id: &str) -> Option<&AccessKey> {
        at(&self.access_keys, self.index.access_keys.get(id))
    }

    pub(crate) fn static_token(&self, digest: &Digest) -> Option<&StaticToken> {
        at(&self.tokens, self.index.tokens.get(digest))
    }

    pub(crate) fn api_key(&self, digest: &Digest) -> Option<&ApiKey> {
        at(&self.api_keys, self.index.api_keys.get(digest))
    }

    pub(crate) fn has_api_keys(&self) -> bool {
        !self.api_keys.is_empty()
    }

    pub(crate) fn user_by_id(&self, id: &str) -> Option<&Arc<User>> {
        at(&self.users, self.index.users_by_id.get(id))
    }

    pub(crate) fn user_by_name(&self, name: &str) -> Option<&Arc<User>> {
        at(&self.users, self.index.users_by_name.get(name))
    }

    pub(crate) fn project_by_id(&self, id: &str) -> Option<&Arc<Project>> {
        at(&self.projects, self.index.projects_by_id.get(id))
    }

    pub(crate) fn project_by_name(&self, name: &str) -> Option<&Arc<Project>> {
        at(&self.projects, self.index.projects_by_name.get(name))
    }

    pub(crate) fn delegation_by_id(&self, id: &str) -> Option<&Arc<Delegation>> {
        at(&self.delegations, self.index.delegations.get(id))
    }

    pub(crate) fn delegation_by_name(&self, user_id: &str, name: &str) -> Option<&Arc<Delegation>> {
        let mut all = self.delegations.iter();
        all.find(|it| it.user_id == user_id && it.name == name)
    }

    /// Whether the config gives a user a role in a project.
    pub(crate) fn has_role(&self, user_id: &str, project_id: &str, role: &str) -> bool {
        let user = self.user_by_id(user_id);
        let roles = user.and_then(|user| user.roles.get(project_id));
        roles.is_some_and(|roles| roles.iter().any(|known| known == role))
    }
}

fn at<'a, T>(list: &'a [T], position: Option<&usize>) -> Option<&'a T> {
    list.get(*position?)
}
