//! The register: makes and removes accounts at run time, for all replicas.

use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::{BoxFuture, Error};

use crate::accounts::{Delegation, Project, User};
use crate::config::Secret;

/// What became of a request to remove something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It was not there.
    Unknown,
    /// The config names it, so it stays.
    Declared,
}

/// A delegation that was just made, and its secret, which is to be had this once.
pub type NewDelegation = (Arc<Delegation>, Secret);

/// Changes the accounts of one dialect at run time. Identifiers are drawn here: 32 lower-case hex
/// digits, never the same again, also for a name that was there before. Secrets are stored as
/// argon2id hashes alone.
///
/// Users, projects and roles can be changed where [`Accounts::grows`](crate::Accounts::grows);
/// delegations always.
pub trait Register: Send + Sync {
    /// Makes a user with the id, and the roles, that it does not have yet. `None` if its name is
    /// taken.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::GenerationFailed`] if the password cannot be hashed.
    fn add_user(
        &self,
        user: User,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<Arc<User>>, Error>>;

    /// Removes a user with its roles and delegations. Its tokens stand for nobody from then on.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn remove_user<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Removal, Error>>;

    /// Makes a project with the id that it does not have yet. `None` if its name is taken.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn add_project(
        &self,
        project: Project,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<Arc<Project>>, Error>>;

    /// Removes a project with everybody's roles in it.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn remove_project<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Removal, Error>>;

    /// Gives a user a role in a project, if the user does not have it yet. Whether user and project
    /// exist is for the caller to look at.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn add_role<'a>(
        &'a self,
        user_id: &'a str,
        project_id: &'a str,
        role: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Takes a role in a project from a user.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn remove_role<'a>(
        &'a self,
        user_id: &'a str,
        project_id: &'a str,
        role: &'a str,
    ) -> BoxFuture<'a, Result<Removal, Error>>;

    /// Makes a delegation with the id that it does not have yet, and gives it with its secret: the
    /// one that it comes with or, where that is empty, a fresh one of 512 random bits. `None` if the
    /// user has one of its name.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::GenerationFailed`] if the secret cannot be hashed.
    fn add_delegation(
        &self,
        delegation: Delegation,
        now: SystemTime,
    ) -> BoxFuture<'_, Result<Option<NewDelegation>, Error>>;

    /// Removes a user's delegation. Tokens that were got by it stand for nobody from then on.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn remove_delegation<'a>(
        &'a self,
        user_id: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Removal, Error>>;
}
