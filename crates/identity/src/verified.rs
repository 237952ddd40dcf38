//! Tokens whose signature has been checked before: clients send the same one with every call.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use dialect_api::TokenClaims;
use foldhash::fast::RandomState;
use parking_lot::RwLock;

/// About half a megabyte of tokens and claims.
const CAPACITY: usize = 1024;

/// What a signed token says. Whether it still holds is asked anew each time.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) claims: Arc<TokenClaims>,
    /// What is remembered of the token once it is revoked.
    pub(crate) mark: Box<str>,
}

/// The tokens that were seen last, under a lock that is held for a look or an insert.
#[derive(Default)]
pub(crate) struct VerifiedTokens(RwLock<Tokens>);

/// By their text, which is ours: a fast hash does.
type Tokens = HashMap<Box<str>, Arc<Signed>, RandomState>;

impl VerifiedTokens {
    /// What the token says, if its signature is known to be right.
    pub(crate) fn get(&self, token: &str) -> Option<Arc<Signed>> {
        self.0.read().get(token).cloned()
    }

    /// Keeps a token whose signature is right. A full house forgets what has expired, or else
    /// everything: that costs a signature each, and no bookkeeping on every call.
    pub(crate) fn put(&self, token: &str, signed: &Arc<Signed>, now: SystemTime) {
        let mut tokens = self.0.write();
        if tokens.len() >= CAPACITY {
            tokens.retain(|_, known| now < known.claims.expires_at);
        }
        if tokens.len() >= CAPACITY {
            tokens.clear();
        }
        tokens.insert(token.into(), Arc::clone(signed));
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn until(seconds: u64) -> Arc<Signed> {
        let time = UNIX_EPOCH + Duration::from_secs(seconds);
        Arc::new(Signed {
            claims: Arc::new(TokenClaims {
                user_id: "user".to_owned(),
                project_id: None,
                system: false,
                methods: Vec::new(),
                audit_ids: Vec::new(),
                issued_at: UNIX_EPOCH,
                expires_at: time,
            }),
            mark: "mark".into(),
        })
    }

    #[test]
    fn a_full_house_forgets_the_expired_first() {
        let known = VerifiedTokens::default();
        let now = UNIX_EPOCH + Duration::from_secs(10);
        for number in 0..CAPACITY {
            let ends = if number == 7 { 20 } else { 10 };
            known.put(&number.to_string(), &until(ends), now);
        }
        known.put("one more", &until(20), now);
        assert!(known.get("7").is_some() && known.get("one more").is_some());
        assert!(known.get("6").is_none());
    }

    #[test]
    fn it_never_grows_beyond_its_capacity() {
        let known = VerifiedTokens::default();
        for number in 0..=3 * CAPACITY {
            known.put(&number.to_string(), &until(20), UNIX_EPOCH);
            assert!(known.0.read().len() <= CAPACITY);
        }
    }
}
