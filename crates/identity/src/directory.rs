//! The accounts of one dialect, looked up in memory.

use std::sync::Arc;
use std::time::SystemTime;

use dialect_api::{
    AccessKey, Accounts, ApiKey, Directory, Project, StaticToken, Token, TokenClaims, User,
};
use keypair_core::ports::{Store, StoreError};
use keypair_core::{BoxFuture, Error};
use zeroize::Zeroizing;

use crate::index::{AccountProblem, Index};
use crate::keyed::{KeyedHash, Purpose};
use crate::password::{Passwords, same_secret};
use crate::token;

/// Knows the accounts that a dialect's config names, and signs and checks its log-in tokens.
pub struct AccountDirectory {
    dialect: Box<str>,
    accounts: Accounts,
    index: Index,
    passwords: Passwords,
    key: KeyedHash,
    marks: Arc<dyn Store>,
}

impl AccountDirectory {
    /// Makes the directory of a dialect. Replicas that share `signing_key` and the store behind
    /// `marks` accept each other's tokens and see each other's revocations; other dialects may
    /// share both and do neither.
    ///
    /// # Errors
    /// The first [`AccountProblem`] found.
    pub fn new(
        dialect: &str,
        accounts: Accounts,
        signing_key: Zeroizing<[u8; 32]>,
        marks: Arc<dyn Store>,
    ) -> Result<Self, AccountProblem> {
        let key = KeyedHash::new(dialect, signing_key);
        Ok(Self {
            dialect: dialect.into(),
            index: Index::new(&accounts, &key)?,
            passwords: Passwords::new(&accounts)?,
            accounts,
            key,
            marks,
        })
    }
}

impl std::fmt::Debug for AccountDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountDirectory")
            .field("dialect", &self.dialect)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

impl Directory for AccountDirectory {
    fn access_key(&self, id: &str) -> Option<&AccessKey> {
        at(&self.accounts.access_keys, self.index.access_keys.get(id))
    }

    fn static_token(&self, token: &str) -> Option<&StaticToken> {
        let digest = self.key.digest(Purpose::Secret, token.as_bytes());
        at(&self.accounts.tokens, self.index.tokens.get(&digest))
    }

    fn api_key(&self, key: &str) -> Option<&ApiKey> {
        let digest = self.key.digest(Purpose::Secret, key.as_bytes());
        at(&self.accounts.api_keys, self.index.api_keys.get(&digest))
    }

    fn has_api_keys(&self) -> bool {
        !self.accounts.api_keys.is_empty()
    }

    fn user_by_id(&self, id: &str) -> Option<&User> {
        at(&self.accounts.users, self.index.users_by_id.get(id))
    }

    fn user_by_name(&self, name: &str) -> Option<&User> {
        at(&self.accounts.users, self.index.users_by_name.get(name))
    }

    fn project_by_id(&self, id: &str) -> Option<&Project> {
        at(&self.accounts.projects, self.index.projects_by_id.get(id))
    }

    fn project_by_name(&self, name: &str) -> Option<&Project> {
        at(
            &self.accounts.projects,
            self.index.projects_by_name.get(name),
        )
    }

    fn users(&self) -> &[User] {
        &self.accounts.users
    }

    fn projects(&self) -> &[Project] {
        &self.accounts.projects
    }

    fn check_password<'a>(
        &'a self,
        user: Option<&'a User>,
        password: &'a str,
    ) -> BoxFuture<'a, bool> {
        Box::pin(self.passwords.check(&self.key, user, password))
    }

    fn check_user_api_key(&self, user: Option<&User>, api_key: &str) -> bool {
        let expected = user.and_then(|user| user.api_key.as_ref());
        same_secret(
            &self.key,
            expected.map(dialect_api::Secret::expose),
            api_key,
        )
    }

    fn issue(&self, claims: &TokenClaims) -> Token {
        token::issue(&self.key, claims)
    }

    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<TokenClaims>, Error>> {
        Box::pin(async move {
            let Some(claims) = token::open(&self.key, token) else {
                return Ok(None);
            };
            if now >= claims.expires_at {
                return Ok(None);
            }
            let mark = token::revocation_mark(&self.key, &self.dialect, &claims);
            let revoked = self.marks.is_remembered(&mark, now).await;
            Ok((!revoked.map_err(unavailable)?).then_some(claims))
        })
    }

    fn revoke<'a>(&'a self, claims: &'a TokenClaims) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mark = token::revocation_mark(&self.key, &self.dialect, claims);
            let remembered = self.marks.remember(&mark, claims.expires_at).await;
            remembered.map_err(unavailable)
        })
    }
}

fn at<'a, T>(list: &'a [T], position: Option<&usize>) -> Option<&'a T> {
    list.get(*position?)
}

/// A mark that cannot be read is as bad as one that cannot be asked for: the token's standing is
/// not known.
fn unavailable(error: StoreError) -> Error {
    Error::StoreUnavailable {
        source: Box::new(error),
    }
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
