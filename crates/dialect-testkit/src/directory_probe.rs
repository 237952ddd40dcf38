//! The directory as a dialect under test sees it: the real one, with faults put in.

use std::sync::Arc;
use std::time::SystemTime;

use dialect_api::{
    AccessKey, ApiKey, Delegation, Directory, Lookup, NewDelegation, Project, Register, Removal,
    StaticToken, Token, TokenClaims, User,
};
use identity::AccountDirectory;
use keypair_core::{BoxFuture, Error};

use crate::faults::Faults;

/// A directory by delegation; fails the first call that a fault is set for.
#[derive(Debug)]
pub(crate) struct FaultInjectingDirectory {
    pub(crate) directory: AccountDirectory,
    pub(crate) faults: Arc<Faults>,
}

impl FaultInjectingDirectory {
    /// A look-up. What is known at once cannot fail, but a test need not know that.
    fn look_up<'a, T: Send + Sync + 'a>(
        &'a self,
        method: &'static str,
        lookup: Lookup<'a, T>,
    ) -> Lookup<'a, T> {
        Lookup::Asked(self.faults.call(method, move || Box::pin(lookup)))
    }
}

impl Directory for FaultInjectingDirectory {
    fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.directory.access_key(id)
    }

    fn static_token(&self, token: &str) -> Option<&StaticToken> {
        self.directory.static_token(token)
    }

    fn api_key(&self, key: &str) -> Option<&ApiKey> {
        self.directory.api_key(key)
    }

    fn has_api_keys(&self) -> bool {
        self.directory.has_api_keys()
    }

    fn user_by_id<'a>(&'a self, id: &'a str) -> Lookup<'a, User> {
        self.look_up("user_by_id", self.directory.user_by_id(id))
    }

    fn user_by_name<'a>(&'a self, name: &'a str) -> Lookup<'a, User> {
        self.look_up("user_by_name", self.directory.user_by_name(name))
    }

    fn project_by_id<'a>(&'a self, id: &'a str) -> Lookup<'a, Project> {
        self.look_up("project_by_id", self.directory.project_by_id(id))
    }

    fn project_by_name<'a>(&'a self, name: &'a str) -> Lookup<'a, Project> {
        self.look_up("project_by_name", self.directory.project_by_name(name))
    }

    fn users(&self) -> BoxFuture<'_, Result<Vec<Arc<User>>, Error>> {
        self.faults.call("users", move || self.directory.users())
    }

    fn projects(&self) -> BoxFuture<'_, Result<Vec<Arc<Project>>, Error>> {
        self.faults
            .call("projects", move || self.directory.projects())
    }

    fn delegation<'a>(&'a self, user_id: Option<&'a str>, id: &'a str) -> Lookup<'a, Delegation> {
        self.look_up("delegation", self.directory.delegation(user_id, id))
    }

    fn delegation_by_name<'a>(&'a self, user_id: &'a str, name: &'a str) -> Lookup<'a, Delegation> {
        let found = self.directory.delegation_by_name(user_id, name);
        self.look_up("delegation_by_name", found)
    }

    fn delegations<'a>(
        &'a self,
        user_id: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Arc<Delegation>>, Error>> {
        self.faults
            .call("delegations", move || self.directory.delegations(user_id))
    }

    fn check_password<'a>(
        &'a self,
        user: Option<&'a User>,
        password: &'a str,
    ) -> BoxFuture<'a, bool> {
        self.directory.check_password(user, password)
    }

    fn check_user_api_key(&self, user: Option<&User>, api_key: &str) -> bool {
        self.directory.check_user_api_key(user, api_key)
    }

    fn check_delegation<'a>(
        &'a self,
        delegation: &'a Delegation,
        secret: &'a str,
    ) -> BoxFuture<'a, bool> {
        self.directory.check_delegation(delegation, secret)
    }

    fn issue(&self, claims: &TokenClaims) -> Token {
        self.directory.issue(claims)
    }

    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<Arc<TokenClaims>>, Error>> {
        self.faults
            .call("verify", move || self.directory.verify(token, now))
    }

    fn revoke<'a>(&'a self, claims: &'a TokenClaims) -> BoxFuture<'a, Result<(), Error>> {
        self.faults
            .call("revoke", move || self.directory.revoke(claims))
    }

    fn register(&self) -> Option<&dyn Register> {
        Some(self)
    }
}

impl Register for FaultInjectingDirectory {
    fn add_user(
        &self,
        user: User,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<Arc<User>>, Error>> {
        let call = move || self.directory.add_user(user, now);
        self.faults.call("add_user", call)
    }

    fn remove_user<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Removal, Error>> {
        let call = move || self.directory.remove_user(id);
        self.faults.call("remove_user", call)
    }

    fn add_project(
        &self,
        project: Project,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<Arc<Project>>, Error>> {
        let call = move || self.directory.add_project(project, now);
        self.faults.call("add_project", call)
    }

    fn remove_project<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Removal, Error>> {
        let call = move || self.directory.remove_project(id);
        self.faults.call("remove_project", call)
    }

    fn add_role<'a>(
        &'a self,
        user_id: &'a str,
        project_id: &'a str,
        role: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let call = move || self.directory.add_role(user_id, project_id, role, now);
        self.faults.call("add_role", call)
    }

    fn remove_role<'a>(
        &'a self,
        user_id: &'a str,
        project_id: &'a str,
        role: &'a str,
    ) -> BoxFuture<'a, Result<Removal, Error>> {
        let call = move || self.directory.remove_role(user_id, project_id, role);
        self.faults.call("remove_role", call)
    }

    fn add_delegation(
        &self,
        delegation: Delegation,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<NewDelegation>, Error>> {
        let call = move || self.directory.add_delegation(delegation, now);
        self.faults.call("add_delegation", call)
    }

    fn remove_delegation<'a>(
        &'a self,
        user_id: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Removal, Error>> {
        let call = move || self.directory.remove_delegation(user_id, id);
        self.faults.call("remove_delegation", call)
    }
}
