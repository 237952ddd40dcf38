//! The operating system's randomness, fresh or a little ahead.

use std::cell::RefCell;

use keypair_core::ports::Entropy;

/// How many numbers a thread draws at once: one system call in so many requests.
const AHEAD: usize = 64;

/// Fresh randomness for each number.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn bits128(&self) -> u128 {
        let mut bytes = [0; 16];
        fill(&mut bytes);
        u128::from_be_bytes(bytes)
    }
}

/// Numbers that were drawn ahead, each given once. They are for the ids of requests, which must be
/// unique and keep nothing secret: two copies of a machine's memory would give the same ones.
pub(crate) struct EntropyAhead;

thread_local! {
    static DRAWN: RefCell<Vec<u128>> = const { RefCell::new(Vec::new()) };
}

impl Entropy for EntropyAhead {
    fn bits128(&self) -> u128 {
        DRAWN.with_borrow_mut(|drawn| {
            if drawn.is_empty() {
                let mut bytes = [0; 16 * AHEAD];
                fill(&mut bytes);
                let (numbers, _) = bytes.as_chunks::<16>();
                drawn.extend(numbers.iter().copied().map(u128::from_be_bytes));
            }
            drawn.pop().unwrap_or_default()
        })
    }
}

fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        // No identifier may be made without: it would be somebody else's.
        tracing::error!(%error, "the operating system gives no randomness");
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_number_is_given_twice() {
        let drawn: HashSet<u128> = (0..3 * AHEAD).map(|_| EntropyAhead.bits128()).collect();
        assert_eq!(drawn.len(), 3 * AHEAD);
    }
}
