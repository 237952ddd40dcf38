//! The directory as a dialect under test sees it: the real one, with faults put in.

use std::sync::Arc;
use std::time::SystemTime;

use dialect_api::{AccessKey, ApiKey, Directory, Project, StaticToken, Token, TokenClaims, User};
use identity::AccountDirectory;
use keypair_core::{BoxFuture, Error};

use crate::faults::Faults;

/// A directory by delegation; fails the first call of `verify` or `revoke` that a fault is set for.
#[derive(Debug)]
pub(crate) struct FaultInjectingDirectory {
    pub(crate) directory: AccountDirectory,
    pub(crate) faults: Arc<Faults>,
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

    fn user_by_id(&self, id: &str) -> Option<&User> {
        self.directory.user_by_id(id)
    }

    fn user_by_name(&self, name: &str) -> Option<&User> {
        self.directory.user_by_name(name)
    }

    fn project_by_id(&self, id: &str) -> Option<&Project> {
        self.directory.project_by_id(id)
    }

    fn project_by_name(&self, name: &str) -> Option<&Project> {
        self.directory.project_by_name(name)
    }

    fn users(&self) -> &[User] {
        self.directory.users()
    }

    fn projects(&self) -> &[Project] {
        self.directory.projects()
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

    fn issue(&self, claims: &TokenClaims) -> Token {
        self.directory.issue(claims)
    }

    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<TokenClaims>, Error>> {
        self.faults
            .call("verify", move || self.directory.verify(token, now))
    }

    fn revoke<'a>(&'a self, claims: &'a TokenClaims) -> BoxFuture<'a, Result<(), Error>> {
        self.faults
            .call("revoke", move || self.directory.revoke(claims))
    }
}
