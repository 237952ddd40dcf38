//! The one thread that writes, and the queue before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use keypair_core::ports::StoreError;
use redb::Database;
use tokio::sync::{mpsc, oneshot};

use crate::mutations::Outcome;
use crate::tables::Tables;

/// How many mutations may wait; whoever comes then waits to be let in.
const QUEUE: usize = 1024;

/// How many mutations share one commit at most. Large enough that the fsync weighs little, small
/// enough that the first one does not wait long for the last.
const GROUP: usize = 256;

/// Why a mutation got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriterError {
    /// The writer ended, with or before this mutation.
    #[error("the writer has stopped")]
    Stopped,
    /// The last commit failed.
    #[error("the last commit failed")]
    Failing,
}

/// Commits mutations.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    failing: Arc<AtomicBool>,
}

/// A mutation on its way: acted on inside a transaction, answered after its commit.
trait Job: Send {
    /// Acts, and keeps the answer.
    fn act(&mut self, tables: &mut Tables<'_>) -> Result<(), redb::Error>;
    /// Gives the answer to whoever still waits for it.
    fn answer(self: Box<Self>, committed: Result<(), Arc<redb::Error>>);
}

struct Waiting<F, T, E> {
    act: Option<F>,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Waiting<F, T, E>
where
    F: FnOnce(&mut Tables<'_>) -> Outcome<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn act(&mut self, tables: &mut Tables<'_>) -> Result<(), redb::Error> {
        if let Some(act) = self.act.take() {
            self.result = Some(act(tables)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), Arc<redb::Error>>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(stopped().into()),
            (Err(error), _) => Err(StoreError::Unavailable(error.into()).into()),
        };
        // Nobody there any more: the mutation holds all the same.
        let _ = self.caller.send(result);
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable(WriterError::Stopped.into())
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(database: Arc<Database>) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let failing = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new()
            .name("store-redb".to_owned())
            .spawn({
                let failing = Arc::clone(&failing);
                move || write(&database, queue, &failing)
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            failing,
        })
    }

    /// Has a mutation committed. Once it has been handed over, which the first poll does unless
    /// the queue is full, it is carried out whether or not somebody waits.
    pub(crate) async fn commit<F, T, E>(&self, act: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tables<'_>) -> Outcome<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let job = Waiting {
            act: Some(act),
            result: None,
            caller,
        };
        let handed_over = match &self.jobs {
            Some(jobs) => jobs.send(Box::new(job)).await.is_ok(),
            None => false,
        };
        if !handed_over {
            return Err(stopped().into());
        }
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Whether the last commit went well and the next one can be tried.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let stopped = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
        let error = match (stopped, self.failing.load(Ordering::Relaxed)) {
            (false, false) => return Ok(()),
            (true, _) => WriterError::Stopped,
            (false, true) => WriterError::Failing,
        };
        Err(StoreError::Unavailable(error.into()))
    }
}

impl Drop for Writer {
    /// Waits until all that was handed over is committed, so that the file is free afterwards.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer panicked");
        }
    }
}

/// The thread: takes what is waiting, commits it together, answers.
fn write(database: &Database, mut queue: mpsc::Receiver<Box<dyn Job>>, failing: &AtomicBool) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.blocking_recv_many(&mut group, GROUP) > 0 {
        let committed = commit(database, &mut group).map_err(Arc::new);
        failing.store(committed.is_err(), Ordering::Relaxed);
        for job in group.drain(..) {
            job.answer(committed.clone());
        }
    }
}

fn commit(database: &Database, group: &mut [Box<dyn Job>]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    let written = {
        let mut tables = Tables::open(&transaction)?;
        for job in group {
            job.act(&mut tables)?;
        }
        tables.written
    };
    if written {
        transaction.commit()?;
    } else {
        transaction.abort()?;
    }
    Ok(())
}
