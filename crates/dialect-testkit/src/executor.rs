//! Runs a dialect's code: a future to its end on this thread, and a panic no further than here. In
//! a test world everything is in memory, so nothing waits for longer than it takes to be woken.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Once};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// A call that takes longer waits for something that will never happen.
const PATIENCE: Duration = Duration::from_secs(60);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The future's output; `None` if it is not there in a minute.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Option<T> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::park_timeout(left);
    }
}

thread_local! {
    /// What the panic was that a guarded step of this thread ended in.
    static PANIC: RefCell<Guard> = const { RefCell::new(Guard::Off) };
}

enum Guard {
    /// Panics are somebody else's.
    Off,
    /// A step is running.
    On,
    /// It panicked; message and place.
    Panicked(String),
}

/// Runs a step of a dialect; its panic is the case's failure, not the run's. `None` from the step
/// means that it never ended.
pub(crate) fn guarded<T>(step: impl FnOnce() -> Option<T>) -> Result<T, String> {
    keep_panics_quiet();
    PANIC.set(Guard::On);
    let result = catch_unwind(AssertUnwindSafe(step));
    match (result, PANIC.replace(Guard::Off)) {
        (Ok(Some(done)), _) => Ok(done),
        (Ok(None), _) => Err("the call waits for something that will never happen".to_owned()),
        (Err(_), Guard::Panicked(what)) => Err(what),
        (Err(_), Guard::On | Guard::Off) => Err("panicked".to_owned()),
    }
}

/// A search for the smallest damage may panic a thousand times; only the last one is worth reading,
/// and is told with its case.
fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let guarded = PANIC.with_borrow_mut(|guard| {
                let on = !matches!(guard, Guard::Off);
                if on {
                    *guard = Guard::Panicked(info.to_string());
                }
                on
            });
            if !guarded {
                previous(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::{block_on, guarded};
    use std::task::Poll;

    #[test]
    fn futures_that_are_woken_come_to_their_end() {
        let mut turns = 0;
        let future = std::future::poll_fn(|cx| {
            turns += 1;
            cx.waker().wake_by_ref();
            if turns < 3 {
                Poll::Pending
            } else {
                Poll::Ready(turns)
            }
        });
        assert_eq!(block_on(future), Some(3));
    }

    #[test]
    fn a_panic_is_told_with_its_place() {
        let told = guarded(|| -> Option<()> { panic!("over there") }).expect_err("a panic");
        assert!(told.contains("over there"), "{told}");
        assert!(told.contains("executor.rs:"), "{told}");
        assert_eq!(guarded(|| Some(1)), Ok(1), "and is over");
        let never = guarded(|| None::<()>).expect_err("no end");
        assert!(never.contains("never"), "{never}");
    }
}
