//! Accounts made and removed at run time.

use std::sync::Arc;
use std::time::SystemTime;

use base64ct::{Base64UrlUnpadded, Encoding};
use dialect_api::{Delegation, NewDelegation, Project, Register, Removal, Secret, User};
use keypair_core::{BoxFuture, Error, Source};
use zeroize::Zeroizing;

use super::AccountDirectory;

impl AccountDirectory {
    /// The secret as it may be stored.
    async fn hashed(&self, secret: &Secret) -> Result<Secret, Error> {
        let salt = self.entropy.bits128().to_be_bytes();
        let hash = self.passwords.hash(secret.expose(), salt).await;
        let hash = hash.ok_or_else(|| Error::GenerationFailed {
            source: Source::from("a secret could not be hashed"),
        })?;
        Ok(Secret::new(hash))
    }

    /// 512 random bits as URL-safe text.
    fn fresh_secret(&self) -> Secret {
        let mut bytes = Zeroizing::new([0_u8; 64]);
        for sixteen in bytes.chunks_exact_mut(16) {
            sixteen.copy_from_slice(&self.entropy.bits128().to_be_bytes());
        }
        Secret::new(Base64UrlUnpadded::encode_string(&*bytes))
    }
}

impl Register for AccountDirectory {
    fn add_user(
        &self,
        mut user: User,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<Arc<User>>, Error>> {
        Box::pin(async move {
            // Looked at before the dear part; what decides is the ledger.
            if self.known.user_by_name(&user.name).is_some()
                || self.ledger.user_by_name(&user.name).await?.is_some()
            {
                return Ok(None);
            }
            if let Some(password) = &user.password {
                user.password = Some(self.hashed(password).await?);
            }
            user.roles.clear();
            let added = self.ledger.add_user(&mut user, now).await?;
            Ok(added.then(|| Arc::new(user)))
        })
    }

    fn remove_user<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Removal, Error>> {
        Box::pin(async move {
            if self.known.user_by_id(id).is_some() {
                return Ok(Removal::Declared);
            }
            self.ledger.remove_user(id).await.map(removal)
        })
    }

    fn add_project(
        &self,
        mut project: Project,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<Arc<Project>>, Error>> {
        Box::pin(async move {
            if self.known.project_by_name(&project.name).is_some() {
                return Ok(None);
            }
            let added = self.ledger.add_project(&mut project, now).await?;
            Ok(added.then(|| Arc::new(project)))
        })
    }

    fn remove_project<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Removal, Error>> {
        Box::pin(async move {
            if self.known.project_by_id(id).is_some() {
                return Ok(Removal::Declared);
            }
            if !self.ledger.remove_project(id).await? {
                return Ok(Removal::Unknown);
            }
            // Nobody works in a project that is gone; this but tidies up after it.
            let made = self.ledger.users().await?;
            let known = self.known.users.iter().map(|user| &user.id);
            for user_id in known.chain(made.iter().map(|user| &user.id)) {
                self.ledger.remove_roles_in(user_id, id).await?;
            }
            Ok(Removal::Removed)
        })
    }

    fn add_role<'a>(
        &'a self,
        user_id: &'a str,
        project_id: &'a str,
        role: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            if self.known.has_role(user_id, project_id, role) {
                return Ok(());
            }
            self.ledger.add_role(user_id, project_id, role, now).await
        })
    }

    fn remove_role<'a>(
        &'a self,
        user_id: &'a str,
        project_id: &'a str,
        role: &'a str,
    ) -> BoxFuture<'a, Result<Removal, Error>> {
        Box::pin(async move {
            let removed = self.ledger.remove_role(user_id, project_id, role).await?;
            if self.known.has_role(user_id, project_id, role) {
                return Ok(Removal::Declared);
            }
            Ok(removal(removed))
        })
    }

    fn add_delegation(
        &self,
        mut delegation: Delegation,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<NewDelegation>, Error>> {
        Box::pin(async move {
            let (user_id, name) = (&delegation.user_id, &delegation.name);
            if self.known.delegation_by_name(user_id, name).is_some()
                || self
                    .ledger
                    .delegation_by_name(user_id, name)
                    .await?
                    .is_some()
            {
                return Ok(None);
            }
            let secret = if delegation.secret.expose().is_empty() {
                self.fresh_secret()
            } else {
                delegation.secret
            };
            delegation.secret = self.hashed(&secret).await?;
            let added = self.ledger.add_delegation(&mut delegation, now).await?;
            Ok(added.then(|| (Arc::new(delegation), secret)))
        })
    }

    fn remove_delegation<'a>(
        &'a self,
        user_id: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Removal, Error>> {
        Box::pin(async move {
            let known = self.known.delegation_by_id(id);
            if known.is_some_and(|known| known.user_id == user_id) {
                return Ok(Removal::Declared);
            }
            let removed = self.ledger.remove_delegation(user_id, id).await;
            removed.map(removal)
        })
    }
}

fn removal(removed: bool) -> Removal {
    if removed {
        Removal::Removed
    } else {
        Removal::Unknown
    }
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
