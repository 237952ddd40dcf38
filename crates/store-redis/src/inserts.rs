//! Inserts: what comes while one is on its way goes together in the next call.
//!
//! A call of the script costs the server as much again as what an insert does in it. So there is one
//! call of a [`Group`] at a time: an insert that finds none under way goes at once, alone; those
//! that come meanwhile wait for its answer and then share a call. Each is decided on by itself, in
//! the order in which they came, and gets an answer of its own.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keypair_core::ports::{Conflicts, InsertError, NewRecord};
use keypair_core::{KeyPairId, QuotaRule, Scope};
use redis::{FromRedisValue as _, Value};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

use crate::failure::Failure;
use crate::link::Repeat;
use crate::mutations::answer_error;
use crate::notes::receipt_arguments;
use crate::reads::limit_text;
use crate::record;
use crate::scripts;
use crate::store::Inner;

/// How many go together at most: with more each costs hardly less, and the server does nothing
/// else meanwhile.
const TOGETHER: usize = 32;

/// What inserts have in common that can go together: all keys, and what the script is told once.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    scope: Scope,
    quota: QuotaRule,
    unique_public_key: bool,
    drawer: Option<&'static str>,
    ids: usize,
}

impl Hash for Group {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The rest hardly ever differs.
        self.scope.hash(state);
    }
}

/// One insert on its way.
struct Waiting {
    name: String,
    digest: String,
    value: String,
    ids: Vec<KeyPairId>,
    note: Option<[Vec<u8>; 4]>,
    /// When its caller stops waiting.
    deadline: Instant,
    caller: oneshot::Sender<Result<u64, InsertError>>,
}

/// The groups of which a call is under way, and what waits for its end.
#[derive(Default)]
pub(crate) struct Inserts {
    groups: Mutex<HashMap<Arc<Group>, VecDeque<Waiting>>>,
}

impl Inserts {
    /// Lines up; `true` if no call of the group is under way and somebody must begin.
    fn line_up(&self, group: &Arc<Group>, insert: Waiting) -> bool {
        match self.lock().entry(Arc::clone(group)) {
            Entry::Occupied(mut line) => {
                line.get_mut().push_back(insert);
                false
            }
            Entry::Vacant(line) => {
                line.insert(VecDeque::from([insert]));
                true
            }
        }
    }

    /// Those that go next; none ends the group. Who has waited too long has been told that the
    /// store is unavailable, and does not go any more.
    fn next(&self, group: &Group) -> Option<Vec<Waiting>> {
        let mut groups = self.lock();
        let line = groups.get_mut(group)?;
        let now = Instant::now();
        line.retain(|insert| now < insert.deadline);
        if line.is_empty() {
            groups.remove(group);
            return None;
        }
        let together = line.len().min(TOGETHER);
        Some(line.drain(..together).collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<Group>, VecDeque<Waiting>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Takes a key pair if nothing is in the way. It lines up at the first poll, and goes whether or
    /// not somebody waits.
    pub(crate) async fn insert(
        self: &Arc<Self>,
        scope: &Scope,
        new: &NewRecord,
        quota: &QuotaRule,
    ) -> Result<u64, InsertError> {
        let group = Arc::new(Group {
            scope: scope.clone(),
            quota: quota.clone(),
            unique_public_key: new.unique_public_key,
            drawer: new.receipt.as_ref().map(|receipt| receipt.drawer),
            ids: new.ids.len(),
        });
        let deadline = Instant::now() + self.link.patience();
        let (caller, answer) = oneshot::channel();
        let insert = Waiting {
            name: new.key_pair.name.as_str().to_owned(),
            digest: record::digest(&new.key_pair.public),
            value: record::encode_behind_digest(&new.key_pair, &new.ids),
            ids: new.ids.clone(),
            note: new.receipt.as_ref().map(receipt_arguments),
            deadline,
            caller,
        };
        if self.inserts.line_up(&group, insert) {
            tokio::spawn(Arc::clone(self).send_lines(group));
        }
        match timeout_at(deadline, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Failure::TimedOut.into()),
        }
    }

    /// Sends what has lined up, until nothing has.
    async fn send_lines(self: Arc<Self>, group: Arc<Group>) {
        while let Some(inserts) = self.inserts.next(&group) {
            let send = Arc::clone(&self).send_together(Arc::clone(&group), inserts);
            // In a task of its own: whatever becomes of it, those behind go on.
            let _ = tokio::spawn(send).await;
        }
    }

    async fn send_together(self: Arc<Self>, group: Arc<Group>, inserts: Vec<Waiting>) {
        let twice = async {
            match self.call_insert(&group, &inserts, false).await {
                // It may have gone through: the script will know its own records.
                Err(failure) if failure.is_ambiguous() => {
                    self.call_insert(&group, &inserts, true).await
                }
                done => done,
            }
        };
        let answers = timeout(self.link.patience(), twice).await;
        let answers = answers
            .unwrap_or(Err(Failure::TimedOut))
            .and_then(|answers| {
                let complete = answers.len() == inserts.len();
                complete.then_some(answers).ok_or_else(answer_error)
            });
        // Where nobody waits any more, the insert holds all the same.
        match answers {
            Ok(answers) => {
                for (insert, answer) in inserts.into_iter().zip(answers) {
                    let _ = insert.caller.send(read(answer));
                }
            }
            Err(failure) => {
                for insert in inserts {
                    let _ = insert.caller.send(Err(failure.clone().into()));
                }
            }
        }
    }

    async fn call_insert(
        &self,
        group: &Group,
        inserts: &[Waiting],
        again: bool,
    ) -> Result<Vec<Value>, Failure> {
        let scope = &group.scope;
        let mut call = self.script(&scripts::INSERT, scope);
        if let Some(drawer) = group.drawer {
            let drawer = self.keys.drawer(&scope.realm, &scope.tenant, drawer);
            call.key(drawer.as_slice());
        }
        call.key(self.keys.limits(scope, &group.quota))
            .arg(scope.partition.as_str())
            .arg(scope.realm.as_str())
            .arg(scope.tenant.as_str())
            .arg(limit_text(group.quota.default))
            .arg(u8::from(again))
            .arg(u8::from(group.unique_public_key))
            .arg(u8::from(group.drawer.is_some()))
            .arg(group.ids);
        for insert in inserts {
            call.arg(&insert.name)
                .arg(&insert.digest)
                .arg(&insert.value);
            for id in &insert.ids {
                call.arg(id.as_str());
            }
            call.arg(insert.note.as_ref().map(<[_; 4]>::as_slice));
        }
        self.link.run(&call, Repeat::Never).await
    }
}

/// What the script answers to one insert.
fn read(answer: Value) -> Result<u64, InsertError> {
    if let Value::Int(sequence) = answer {
        return Ok(u64::try_from(sequence).map_err(|_| answer_error())?);
    }
    match Vec::<i64>::from_redis_value(answer).as_deref() {
        Ok(&[name, id, public_key, limit]) => Err(InsertError::Conflicts(Conflicts {
            name_taken: name == 1,
            id_taken: id == 1,
            public_key_taken: public_key == 1,
            quota_reached: u32::try_from(limit).ok(),
        })),
        Ok(_) | Err(_) => Err(answer_error().into()),
    }
}
