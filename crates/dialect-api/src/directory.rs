//! The directory: knows the accounts of one dialect, and checks what callers prove themselves by.
//!
//! Every dialect has a directory of its own, so one cloud's credentials mean nothing to another.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use keypair_core::{BoxFuture, Error};

use crate::accounts::{
    AccessKey, ApiKey, Delegation, Project, StaticToken, Token, TokenClaims, User,
};
use crate::register::Register;

/// An account on its way. One of the config is there at once: it costs neither a box nor a call of
/// the store. Awaiting it gives `None` where there is no such account.
pub enum Lookup<'a, T> {
    /// It is known already.
    Known(Option<Arc<T>>),
    /// The store is asked.
    Asked(BoxFuture<'a, Result<Option<Arc<T>>, Error>>),
}

impl<T> std::fmt::Debug for Lookup<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Known",
            Self::Asked(_) => "Asked",
        })
    }
}

impl<T> Future for Lookup<'_, T> {
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    type Output = Result<Option<Arc<T>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Known(account) => Poll::Ready(Ok(account.take())),
            Self::Asked(asked) => asked.as_mut().poll(context),
        }
    }
}

/// Knows the accounts of one dialect. Look-ups by secret take the same time whether or not part of
/// the secret is right.
pub trait Directory: Send + Sync {
    /// The signing key of a public id.
    fn access_key(&self, id: &str) -> Option<&AccessKey>;

    /// A bearer token of the config; the caller looks at its expiry.
    fn static_token(&self, token: &str) -> Option<&StaticToken>;

    /// Whether the config names any API key, and the one given.
    fn api_key(&self, key: &str) -> Option<&ApiKey>;

    /// Whether the config names any API key.
    fn has_api_keys(&self) -> bool;

    /// A user by id, with all its roles.
    fn user_by_id<'a>(&'a self, id: &'a str) -> Lookup<'a, User>;

    /// A user by log-in name, with all its roles.
    fn user_by_name<'a>(&'a self, name: &'a str) -> Lookup<'a, User>;

    /// A project by id.
    fn project_by_id<'a>(&'a self, id: &'a str) -> Lookup<'a, Project>;

    /// A project by name.
    fn project_by_name<'a>(&'a self, name: &'a str) -> Lookup<'a, Project>;

    /// Every user with all its roles: those of the config in its order, then those that were made
    /// at run time by name.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn users(&self) -> BoxFuture<'_, Result<Vec<Arc<User>>, Error>>;

    /// Every project, in the order of [`Directory::users`].
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn projects(&self) -> BoxFuture<'_, Result<Vec<Arc<Project>>, Error>>;

    /// A delegation by id: a user's, or, where none is named, anybody's. An expired one is found.
    fn delegation<'a>(&'a self, user_id: Option<&'a str>, id: &'a str) -> Lookup<'a, Delegation>;

    /// A user's delegation by name.
    fn delegation_by_name<'a>(&'a self, user_id: &'a str, name: &'a str) -> Lookup<'a, Delegation>;

    /// A user's delegations, in the order of [`Directory::users`].
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn delegations<'a>(
        &'a self,
        user_id: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Arc<Delegation>>, Error>>;

    /// Whether a password is the user's. Takes as long for a user that does not exist.
    fn check_password<'a>(
        &'a self,
        user: Option<&'a User>,
        password: &'a str,
    ) -> BoxFuture<'a, bool>;

    /// Whether an API key is the user's.
    fn check_user_api_key(&self, user: Option<&User>, api_key: &str) -> bool;

    /// Whether a secret is the delegation's.
    fn check_delegation<'a>(
        &'a self,
        delegation: &'a Delegation,
        secret: &'a str,
    ) -> BoxFuture<'a, bool>;

    /// Signs a token.
    fn issue(&self, claims: &TokenClaims) -> Token;

    /// Checks a token: signature, expiry, revocation.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`] if revocations cannot be asked for. A token that is no good is
    /// `Ok(None)`.
    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<Arc<TokenClaims>>, Error>>;

    /// Revokes a token for the rest of its life, on every replica.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn revoke<'a>(&'a self, claims: &'a TokenClaims) -> BoxFuture<'a, Result<(), Error>>;

    /// What changes the accounts; `None` where nothing does.
    fn register(&self) -> Option<&dyn Register> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};

    use super::Lookup;

    #[test]
    fn what_is_known_is_there_at_once_and_what_is_asked_for_when_it_comes() {
        let mut context = Context::from_waker(Waker::noop());
        let mut known = pin!(Lookup::Known(Some(Arc::new(1))));
        let Poll::Ready(Ok(Some(found))) = known.as_mut().poll(&mut context) else {
            panic!("not there at once");
        };
        assert_eq!(*found, 1);
        let mut asked = pin!(Lookup::<u8>::Asked(Box::pin(std::future::pending())));
        assert!(asked.as_mut().poll(&mut context).is_pending());
    }
}
