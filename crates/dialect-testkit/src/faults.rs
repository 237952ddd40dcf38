//! Faults that are put in on purpose, and a list of the errors that were given out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use keypair_core::{BoxFuture, Error};

use crate::doubles::lock;

/// Shared by everything that a dialect may call.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Kinds of error to come, by method.
    to_come: BTreeMap<&'static str, &'static str>,
    /// Kinds of error that were given out, whether put in or found.
    given: BTreeSet<&'static str>,
}

impl Faults {
    /// The first call of `method` from here on fails with the example of `kind`.
    pub(crate) fn fail_next(&self, method: &'static str, kind: &'static str) {
        lock(&self.0).to_come.insert(method, kind);
    }

    /// Forgets the faults that no call has met, and says which they were.
    pub(crate) fn take_unmet(&self) -> BTreeMap<&'static str, &'static str> {
        std::mem::take(&mut lock(&self.0).to_come)
    }

    /// Forgets which kinds of error were given out, and says which they were.
    pub(crate) fn take_given(&self) -> BTreeSet<&'static str> {
        std::mem::take(&mut lock(&self.0).given)
    }

    /// A call, unless a fault is set for it.
    pub(crate) fn call<'a, T: 'a>(
        &'a self,
        method: &'static str,
        call: impl FnOnce() -> BoxFuture<'a, Result<T, Error>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, Error>> {
        Box::pin(async move {
            let result = match self.fault(method) {
                Some(error) => Err(error),
                None => call().await,
            };
            if let Err(error) = &result {
                lock(&self.0).given.insert(error.kind());
            }
            result
        })
    }

    fn fault(&self, method: &str) -> Option<Error> {
        let kind = lock(&self.0).to_come.remove(method)?;
        Error::examples()
            .into_iter()
            .find(|error| error.kind() == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::Faults;
    use crate::executor::block_on;

    fn call(faults: &Faults, method: &'static str) -> Result<u8, &'static str> {
        let called = faults.call(method, || Box::pin(async { Ok(1) }));
        block_on(called)
            .expect("at once")
            .map_err(|error| error.kind())
    }

    #[test]
    fn the_first_call_of_the_method_fails_and_no_other() {
        let faults = Faults::default();
        faults.fail_next("get", "CorruptRecord");
        assert_eq!(call(&faults, "list"), Ok(1));
        assert_eq!(call(&faults, "get"), Err("CorruptRecord"));
        assert_eq!(call(&faults, "get"), Ok(1));
        assert!(faults.take_unmet().is_empty());
        assert_eq!(
            faults.take_given().into_iter().collect::<Vec<_>>(),
            ["CorruptRecord"]
        );
        assert!(faults.take_given().is_empty());
    }

    #[test]
    fn a_fault_that_no_call_meets_is_told() {
        let faults = Faults::default();
        faults.fail_next("get", "CorruptRecord");
        assert_eq!(faults.take_unmet().len(), 1);
        assert_eq!(call(&faults, "get"), Ok(1));
    }
}
