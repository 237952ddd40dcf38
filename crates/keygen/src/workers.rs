//! The threads that make keys: some for callers who wait, some to fill the pools.
//!
//! The threads are not the runtime's: they run at a lower priority, which they could not give back,
//! so that calls that need no key keep their pace.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use keypair_core::KeySpec;
use keypair_core::ports::GenerateError;
use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::oneshot;

use crate::maker::Maker;
use crate::pool::Pools;
use crate::stats::Counters;

/// How nice threads are that somebody waits for: calls that need no key go first, and on a busy
/// machine a tenth of a core is left.
const CALLERS_NICENESS: i32 = 10;

/// How nice threads are that work ahead: they take what nobody else wants.
const FILLERS_NICENESS: i32 = 19;

/// How often old keys are looked for while nothing happens.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// How long a filler rests after a key could not be made.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

/// How many threads there are, and how they work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crew {
    pub(crate) callers_threads: NonZeroUsize,
    pub(crate) queue_limit: usize,
    pub(crate) filler_threads: usize,
    /// The share of its time that a filler works, in hundredths.
    pub(crate) duty: u8,
}

/// Ready keys, the line of callers who found none, and the threads.
#[derive(Debug)]
pub(crate) struct Workers<K: Send + 'static> {
    shared: Arc<Shared<K>>,
}

#[derive(Debug)]
struct Shared<K> {
    state: Mutex<State<K>>,
    wanted: Condvar,
    room: Condvar,
    crew: Crew,
    maker: Arc<dyn Maker<K>>,
    counters: Arc<Counters>,
}

#[derive(Debug)]
struct State<K> {
    pools: Pools<K>,
    line: VecDeque<Want<K>>,
    /// What the callers' threads are making.
    running: Vec<KeySpec>,
    filling: usize,
    stopped: bool,
}

#[derive(Debug)]
struct Want<K> {
    spec: KeySpec,
    answer: oneshot::Sender<Result<K, GenerateError>>,
}

/// The thread that made the key ended without one.
#[derive(Debug, thiserror::Error)]
#[error("the generating thread was interrupted")]
struct Interrupted;

impl<K: Send + 'static> Workers<K> {
    /// Starts the threads.
    ///
    /// # Errors
    /// A thread could not be started.
    pub(crate) fn start(
        crew: Crew,
        pools: Pools<K>,
        maker: Arc<dyn Maker<K>>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                pools,
                line: VecDeque::new(),
                running: Vec::new(),
                filling: 0,
                stopped: false,
            }),
            wanted: Condvar::new(),
            room: Condvar::new(),
            crew,
            maker,
            counters,
        });
        // Made first: if a thread cannot be started, those that were are told to stop.
        let workers = Self {
            shared: Arc::clone(&shared),
        };
        for _ in 0..crew.callers_threads.get() {
            spawn("keygen", CALLERS_NICENESS, &shared, Shared::serve_callers)?;
        }
        // Also without a pool: there may be one later.
        for _ in 0..crew.filler_threads {
            spawn("keygen-fill", FILLERS_NICENESS, &shared, Shared::fill_pools)?;
        }
        Ok(workers)
    }

    /// A ready key, or one that is made now.
    pub(crate) async fn get(&self, spec: KeySpec) -> Result<K, GenerateError> {
        let made = match self.take_or_wait(spec)? {
            Taken::Ready(key) => Ok(key),
            Taken::Later(answer) => {
                let made = answer.await;
                made.unwrap_or_else(|_| Err(GenerateError::Failed(Box::new(Interrupted))))
            }
        };
        if made.is_ok() {
            self.shared.counters.handed_out(spec);
        }
        made
    }

    fn take_or_wait(&self, spec: KeySpec) -> Result<Taken<K>, GenerateError> {
        let mut state = self.shared.state.lock();
        let wanting = state.pools.wanting();
        let ready = state.pools.take(spec, Instant::now());
        // Once is enough: a filler that finds something to do looks again by itself.
        if !wanting && state.pools.wanting() {
            self.shared.room.notify_all();
        }
        if let Some(key) = ready {
            return Ok(Taken::Ready(key));
        }
        state.line.retain(|want| !want.answer.is_closed());
        let threads = self.shared.crew.callers_threads.get();
        let free = threads.saturating_sub(state.running.len());
        if state.line.len() >= free.saturating_add(self.shared.crew.queue_limit) {
            self.shared.counters.refused();
            return Err(GenerateError::Busy {
                retry_after: self.shared.drained_in(&state),
            });
        }
        self.shared.counters.waited(spec);
        let (answer, made) = oneshot::channel();
        state.line.push_back(Want { spec, answer });
        self.shared.wanted.notify_one();
        Ok(Taken::Later(made))
    }

    /// Drops every key that was made ahead; how many there were.
    pub(crate) fn flush(&self) -> usize {
        let dropped = self.shared.state.lock().pools.flush();
        self.shared.room.notify_all();
        dropped
    }

    /// Takes new capacities and a new age.
    pub(crate) fn resize(&self, capacities: &[(KeySpec, usize)], max_age: Duration) {
        let mut state = self.shared.state.lock();
        state.pools.resize(capacities, max_age, Instant::now());
        self.shared.room.notify_all();
    }

    /// Callers in the line, and threads that make a key for one.
    pub(crate) fn load(&self) -> (usize, usize) {
        let state = self.shared.state.lock();
        let in_line = state.line.iter().filter(|want| !want.answer.is_closed());
        (in_line.count(), state.running.len())
    }

    /// How many keys of a kind are ready.
    pub(crate) fn ready(&self, spec: KeySpec) -> usize {
        self.shared.state.lock().pools.ready(spec)
    }
}

impl<K: Send + 'static> Drop for Workers<K> {
    /// Tells the threads to end; each does once the key is done that it is making.
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        state.stopped = true;
        state.line.clear();
        self.shared.wanted.notify_all();
        self.shared.room.notify_all();
    }
}

impl<K> State<K> {
    /// Gives a key to the first in the line who wants such a one, else puts it into the pool.
    fn give_away(&mut self, spec: KeySpec, mut key: K) {
        while let Some(at) = self.line.iter().position(|want| want.spec == spec) {
            let sent = self.line.remove(at).map(|want| want.answer.send(Ok(key)));
            let Some(Err(Ok(back))) = sent else {
                return;
            };
            key = back;
        }
        self.pools.put(spec, key, Instant::now());
    }
}

enum Taken<K> {
    Ready(K),
    Later(oneshot::Receiver<Result<K, GenerateError>>),
}

fn spawn<K: Send + 'static>(
    name: &str,
    niceness: i32,
    shared: &Arc<Shared<K>>,
    work: fn(&Shared<K>),
) -> io::Result<()> {
    let shared = Arc::clone(shared);
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            if let Err(error) = rustix::process::nice(niceness) {
                tracing::debug!(%error, niceness, "keys are made at the usual priority");
            }
            work(&shared);
        })
        .map(drop)
}

impl<K: Send + 'static> Shared<K> {
    fn serve_callers(&self) {
        let mut state = self.state.lock();
        while !state.stopped {
            // A caller that has gone is passed over.
            match state.line.pop_front() {
                Some(want) if want.answer.is_closed() => {}
                Some(want) => {
                    state.running.push(want.spec);
                    let epoch = state.pools.epoch();
                    let made = MutexGuard::unlocked(&mut state, || self.make(want.spec));
                    // Before the answer goes out: who has an answer finds a free thread.
                    let done = state.running.iter().position(|spec| *spec == want.spec);
                    done.map(|at| state.running.swap_remove(at));
                    self.room.notify_one();
                    // Without a key the sender is dropped, which is an answer too.
                    if let Some(made) = made {
                        // A caller that has gone leaves its key to the next.
                        if let Err(Ok(key)) = want.answer.send(made)
                            && state.pools.epoch() == epoch
                        {
                            state.give_away(want.spec, key);
                        }
                    }
                }
                None => self.wanted.wait(&mut state),
            }
        }
    }

    fn fill_pools(&self) {
        let mut rest_until = Instant::now();
        let mut state = self.state.lock();
        while !state.stopped {
            let now = Instant::now();
            let at_work = state.running.len() + state.filling + state.line.len();
            let may_work = at_work
                < self
                    .crew
                    .callers_threads
                    .get()
                    .max(self.crew.filler_threads);
            let order = (may_work && now >= rest_until)
                .then(|| state.pools.order(now))
                .flatten();
            if let Some(order) = order {
                state.filling += 1;
                let made = MutexGuard::unlocked(&mut state, || self.make(order.spec));
                state.filling -= 1;
                rest_until = Instant::now() + self.rest(matches!(made, Some(Ok(_))), now.elapsed());
                let usable = state.pools.close(order);
                if let Some(Ok(key)) = made
                    && usable
                {
                    state.give_away(order.spec, key);
                }
            } else {
                let rest = rest_until.saturating_duration_since(now);
                let pause = state.pools.pause(now).filter(|_| may_work);
                let patience = match rest.max(pause.unwrap_or_default()) {
                    Duration::ZERO => LOOK_EVERY,
                    patience => patience,
                };
                self.room.wait_for(&mut state, patience);
            }
        }
    }

    /// Makes a key; nothing if the maker panicked, which costs this key alone.
    fn make(&self, spec: KeySpec) -> Option<Result<K, GenerateError>> {
        let make = || self.counters.observe(spec, || self.maker.make(spec));
        catch_unwind(AssertUnwindSafe(make)).ok()
    }

    fn rest(&self, made: bool, worked: Duration) -> Duration {
        let duty = u32::from(self.crew.duty.clamp(1, 100));
        if made {
            worked * (100 - duty) / duty
        } else {
            AFTER_A_FAILURE
        }
    }

    /// When everybody who is before a caller now will have their key, if keys take as long as the
    /// latest ones did.
    fn drained_in(&self, state: &State<K>) -> Duration {
        let in_line = state.line.iter().map(|want| want.spec);
        let specs = in_line.chain(state.running.iter().copied());
        let all: u64 = specs.map(|spec| self.counters.expected_nanos(spec)).sum();
        let threads = u64::try_from(self.crew.callers_threads.get()).unwrap_or(u64::MAX);
        Duration::from_nanos(all / threads)
    }
}
