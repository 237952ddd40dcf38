//! The accounts of one dialect: those of the config, looked up in memory, and those that were made
//! at run time, looked up in the store.

mod changes;

use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use dialect_api::{
    AccessKey, Accounts, ApiKey, Delegation, Directory, Lookup, Project, Register, StaticToken,
    Token, TokenClaims, User,
};
use keypair_core::ports::{Entropy, Store, StoreError};
use keypair_core::{BoxFuture, Error, Realm};
use zeroize::Zeroizing;

use crate::index::AccountProblem;
use crate::keyed::{KeyedHash, Purpose};
use crate::known::Known;
use crate::ledger::Ledger;
use crate::password::{Passwords, same_secret};
use crate::token;
use crate::verified::{Signed, VerifiedTokens};

/// What a directory stands on.
pub struct DirectoryPorts {
    /// Signs log-in tokens. Replicas that share it and the store accept each other's tokens.
    pub signing_key: Zeroizing<[u8; 32]>,
    /// Where revocations are kept, and accounts that are made at run time. Other dialects may share
    /// it and see neither.
    pub store: Arc<dyn Store>,
    /// Draws identifiers, salts and secrets.
    pub entropy: Arc<dyn Entropy>,
    /// The namespace in which accounts that are made at run time lie.
    pub realm: Realm,
}

impl std::fmt::Debug for DirectoryPorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectoryPorts")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

/// Knows the accounts of a dialect, changes those that are made at run time, and signs and checks
/// log-in tokens.
pub struct AccountDirectory {
    dialect: Box<str>,
    known: Known,
    ledger: Ledger,
    passwords: Passwords,
    key: KeyedHash,
    verified: VerifiedTokens,
    marks: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
}

impl AccountDirectory {
    /// Makes the directory of a dialect.
    ///
    /// # Errors
    /// The first [`AccountProblem`] found.
    pub fn new(
        dialect: &str,
        accounts: Accounts,
        ports: DirectoryPorts,
    ) -> Result<Self, AccountProblem> {
        let DirectoryPorts {
            signing_key,
            store,
            entropy,
            realm,
        } = ports;
        let key = KeyedHash::new(dialect, &signing_key);
        let passwords = Passwords::new(&accounts)?;
        Ok(Self {
            dialect: dialect.into(),
            known: Known::new(accounts, &key)?,
            ledger: Ledger::new(dialect, realm, Arc::clone(&store), Arc::clone(&entropy)),
            passwords,
            key,
            verified: VerifiedTokens::default(),
            marks: store,
            entropy,
        })
    }

    /// What a token of ours says, whether or not it still holds.
    fn signed(&self, token: &str, now: SystemTime) -> Option<Arc<Signed>> {
        if let Some(known) = self.verified.get(token) {
            return Some(known);
        }
        let claims = token::open(&self.key, token)?;
        let mark = token::revocation_mark(&self.key, &self.dialect, &claims);
        let signed = Arc::new(Signed {
            claims: Arc::new(claims),
            mark: mark.into(),
        });
        self.verified.put(token, &signed, now);
        Some(signed)
    }

    /// A user of the config, or else of the ledger, with the roles that the ledger adds.
    fn found_user<'a>(
        &'a self,
        known: Option<&'a Arc<User>>,
        made: impl Future<Output = Result<Option<User>, Error>> + Send + 'a,
    ) -> Lookup<'a, User> {
        if !self.known.grows {
            return Lookup::Known(known.cloned());
        }
        Lookup::Asked(Box::pin(async move {
            let user = match known {
                Some(known) => Some(Arc::clone(known)),
                None => made.await?.map(Arc::new),
            };
            match user {
                Some(user) => self.with_roles(user).await.map(Some),
                None => Ok(None),
            }
        }))
    }

    fn found_project<'a>(
        &'a self,
        known: Option<&'a Arc<Project>>,
        made: impl Future<Output = Result<Option<Project>, Error>> + Send + 'a,
    ) -> Lookup<'a, Project> {
        if known.is_some() || !self.known.grows {
            return Lookup::Known(known.cloned());
        }
        Lookup::Asked(Box::pin(async move { Ok(made.await?.map(Arc::new)) }))
    }

    /// A user with the roles that were given at run time besides those that it has.
    async fn with_roles(&self, user: Arc<User>) -> Result<Arc<User>, Error> {
        let added = self.ledger.roles(&user.id).await?;
        if added.is_empty() {
            return Ok(user);
        }
        let mut user = Arc::unwrap_or_clone(user);
        for (project, role) in added {
            let roles = user.roles.entry(project).or_default();
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        Ok(Arc::new(user))
    }
}

impl std::fmt::Debug for AccountDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountDirectory")
            .field("dialect", &self.dialect)
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}

impl Directory for AccountDirectory {
    fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.known.access_key(id)
    }

    fn static_token(&self, token: &str) -> Option<&StaticToken> {
        let digest = self.key.digest(Purpose::Secret, token.as_bytes());
        self.known.static_token(&digest)
    }

    fn api_key(&self, key: &str) -> Option<&ApiKey> {
        let digest = self.key.digest(Purpose::Secret, key.as_bytes());
        self.known.api_key(&digest)
    }

    fn has_api_keys(&self) -> bool {
        self.known.has_api_keys()
    }

    fn user_by_id<'a>(&'a self, id: &'a str) -> Lookup<'a, User> {
        self.found_user(self.known.user_by_id(id), self.ledger.user(id))
    }

    fn user_by_name<'a>(&'a self, name: &'a str) -> Lookup<'a, User> {
        self.found_user(
            self.known.user_by_name(name),
            self.ledger.user_by_name(name),
        )
    }

    fn project_by_id<'a>(&'a self, id: &'a str) -> Lookup<'a, Project> {
        self.found_project(self.known.project_by_id(id), self.ledger.project(id))
    }

    fn project_by_name<'a>(&'a self, name: &'a str) -> Lookup<'a, Project> {
        self.found_project(
            self.known.project_by_name(name),
            self.ledger.project_by_name(name),
        )
    }

    fn users(&self) -> BoxFuture<'_, Result<Vec<Arc<User>>, Error>> {
        Box::pin(async move {
            let mut users = self.known.users.clone();
            if !self.known.grows {
                return Ok(users);
            }
            users.extend(self.ledger.users().await?.into_iter().map(Arc::new));
            let mut complete = Vec::with_capacity(users.len());
            for user in users {
                complete.push(self.with_roles(user).await?);
            }
            Ok(complete)
        })
    }

    fn projects(&self) -> BoxFuture<'_, Result<Vec<Arc<Project>>, Error>> {
        Box::pin(async move {
            let mut projects = self.known.projects.clone();
            if self.known.grows {
                projects.extend(self.ledger.projects().await?.into_iter().map(Arc::new));
            }
            Ok(projects)
        })
    }

    fn delegation<'a>(&'a self, user_id: Option<&'a str>, id: &'a str) -> Lookup<'a, Delegation> {
        if let Some(known) = self.known.delegation_by_id(id) {
            let theirs = user_id.is_none_or(|user_id| known.user_id == user_id);
            return Lookup::Known(theirs.then(|| Arc::clone(known)));
        }
        Lookup::Asked(Box::pin(async move {
            let owner = match user_id {
                Some(user_id) => Some(user_id.to_owned()),
                None => self.ledger.owner_of_delegation(id).await?,
            };
            match owner {
                Some(owner) => Ok(self.ledger.delegation(&owner, id).await?.map(Arc::new)),
                None => Ok(None),
            }
        }))
    }

    fn delegation_by_name<'a>(&'a self, user_id: &'a str, name: &'a str) -> Lookup<'a, Delegation> {
        if let Some(known) = self.known.delegation_by_name(user_id, name) {
            return Lookup::Known(Some(Arc::clone(known)));
        }
        Lookup::Asked(Box::pin(async move {
            let made = self.ledger.delegation_by_name(user_id, name).await?;
            Ok(made.map(Arc::new))
        }))
    }

    fn delegations<'a>(
        &'a self,
        user_id: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Arc<Delegation>>, Error>> {
        Box::pin(async move {
            let known = self.known.delegations.iter();
            let theirs = known.filter(|it| it.user_id == user_id).cloned();
            let made = self.ledger.delegations(user_id).await?;
            Ok(theirs.chain(made.into_iter().map(Arc::new)).collect())
        })
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

    fn check_delegation<'a>(
        &'a self,
        delegation: &'a Delegation,
        secret: &'a str,
    ) -> BoxFuture<'a, bool> {
        let passwords = &self.passwords;
        Box::pin(passwords.check_secret(&self.key, &delegation.secret, secret))
    }

    fn issue(&self, claims: &TokenClaims) -> Token {
        token::issue(&self.key, claims)
    }

    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<Arc<TokenClaims>>, Error>> {
        Box::pin(async move {
            let Some(signed) = self.signed(token, now) else {
                return Ok(None);
            };
            if now >= signed.claims.expires_at {
                return Ok(None);
            }
            let revoked = self.marks.is_remembered(&signed.mark, now).await;
            let holds = !revoked.map_err(unavailable)?;
            Ok(holds.then(|| Arc::clone(&signed.claims)))
        })
    }

    fn revoke<'a>(&'a self, claims: &'a TokenClaims) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mark = token::revocation_mark(&self.key, &self.dialect, claims);
            let remembered = self.marks.remember(&mark, claims.expires_at).await;
            remembered.map_err(unavailable)
        })
    }

    fn register(&self) -> Option<&dyn Register> {
        Some(self)
    }
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
