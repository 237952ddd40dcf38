//! The mutations, except inserts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keypair_core::ports::{ChangeError, split_time};
use keypair_core::{Attachment, Change, KeyPair, Limit, Realm, Receipt, Scope, Selector, TenantId};
use redis::{ScriptInvocation, cmd};

use crate::failure::Failure;
use crate::keys;
use crate::link::Repeat;
use crate::notes::receipt_arguments;
use crate::reads::limit_text;
use crate::record::{self, RecordError};
use crate::scripts;
use crate::store::Inner;

/// How often an update is tried again because somebody else was faster. Each time somebody's update
/// went through, so this many callers at least change the same key pair at once.
const UPDATE_TRIES: usize = 100;

/// How much longer than its time a mark stays on the server: its clock decides when a key goes,
/// and may be ahead of the clocks that mark and ask.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(600);

/// The last moment of the year 9999 in milliseconds: no mark stays longer.
const LATEST_MILLIS: u64 = 253_402_300_799_999;

impl Inner {
    /// Removes all of the selected key pairs or none.
    pub(crate) async fn remove(
        &self,
        scope: &Scope,
        which: &[Selector],
        receipt: Option<&Receipt>,
    ) -> Result<(), ChangeError> {
        let mut remove = self.script(&scripts::REMOVE, scope);
        let note = self.receipt(&mut remove, scope, receipt);
        remove.arg(&note).arg(selectors(which));
        let answer: Vec<i64> = self.link.run(&remove, Repeat::Never).await?;
        changed(&answer)
    }

    /// Changes one key pair.
    pub(crate) async fn update(
        &self,
        scope: &Scope,
        which: &Selector,
        change: &Change,
        at: SystemTime,
    ) -> Result<KeyPair, ChangeError> {
        for _ in 0..UPDATE_TRIES {
            let Some((name, value)) = self.find_value(scope, which).await? else {
                return Err(ChangeError::NotFound(0));
            };
            let decoded = record::decode(&name, &value, &scope.partition);
            let mut key_pair = decoded.map_err(Failure::from)?;
            change.apply_to(&mut key_pair, at);
            let mut update = self.script(&scripts::UPDATE, scope);
            update
                .arg(name)
                .arg(record::record_of(&value).map_err(Failure::from)?)
                .arg(key_pair.name.as_str())
                .arg(record::encode(&key_pair));
            let answer: (u8, Option<Vec<u8>>) = self.link.run(&update, Repeat::Never).await?;
            match answer {
                (0, Some(value)) => {
                    let name = key_pair.name.as_str().as_bytes();
                    let decoded = record::decode(name, &value, &scope.partition);
                    return Ok(decoded.map_err(Failure::from)?);
                }
                // Somebody else changed it meanwhile.
                (1, None) => {}
                (2, None) => return Err(ChangeError::NameTaken),
                (_, _) => return Err(answer_error().into()),
            }
        }
        Err(Failure::Contended.into())
    }

    /// Makes the attachments' key pairs exactly the selected ones.
    pub(crate) async fn attach(
        &self,
        scope: &Scope,
        attachments: &[Attachment],
        which: &[Selector],
    ) -> Result<(), ChangeError> {
        self.change_attachments("attach", scope, attachments, which)
            .await
    }

    /// Takes the attachments off the selected key pairs.
    pub(crate) async fn detach(
        &self,
        scope: &Scope,
        attachments: &[Attachment],
        which: &[Selector],
    ) -> Result<(), ChangeError> {
        self.change_attachments("detach", scope, attachments, which)
            .await
    }

    async fn change_attachments(
        &self,
        mode: &str,
        scope: &Scope,
        attachments: &[Attachment],
        which: &[Selector],
    ) -> Result<(), ChangeError> {
        let attachments: Vec<&str> = attachments.iter().map(Attachment::as_str).collect();
        let mut attach = self.script(&scripts::ATTACH, scope);
        attach
            .arg(mode)
            .arg(attachments.len())
            .arg(attachments)
            .arg(selectors(which));
        let answer: Vec<i64> = self.link.run(&attach, Repeat::Never).await?;
        changed(&answer)
    }

    /// Makes the partition exist; `false` if it did already.
    pub(crate) async fn add_partition(&self, scope: &Scope) -> Result<bool, Failure> {
        let mut add = cmd("ZADD");
        add.arg(self.keys.partitions(&scope.realm, &scope.tenant))
            .arg("NX")
            .arg(0)
            .arg(scope.partition.as_str());
        let added: u64 = self.link.ask(&add, Repeat::Never).await?;
        Ok(added == 1)
    }

    /// Stores or forgets a limit.
    pub(crate) async fn set_limit(
        &self,
        realm: &Realm,
        tenant: &TenantId,
        limit: Option<Limit>,
    ) -> Result<(), Failure> {
        let key = self.keys.limit(realm, tenant);
        let command = match limit {
            Some(limit) => cmd("SET").arg(key).arg(limit_text(limit)).to_owned(),
            None => cmd("DEL").arg(key).to_owned(),
        };
        self.link.ask(&command, Repeat::Harmless).await
    }

    /// Remembers a mark until a time.
    pub(crate) async fn remember(&self, mark: &str, until: SystemTime) -> Result<(), Failure> {
        let Ok(since_epoch) = (until + CLOCK_DIFFERENCE).duration_since(UNIX_EPOCH) else {
            // It is over already.
            return Ok(());
        };
        let millis = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
        let mut remember = scripts::REMEMBER.prepare_invoke();
        remember
            .key(self.keys.mark(mark))
            .arg(when(until))
            .arg(millis.clamp(1, LATEST_MILLIS));
        self.link.run(&remember, Repeat::Harmless).await
    }

    /// Names the keys of a receipt's drawer, and gives the receipt's arguments.
    fn receipt(
        &self,
        script: &mut ScriptInvocation<'_>,
        scope: &Scope,
        receipt: Option<&Receipt>,
    ) -> [Vec<u8>; 4] {
        let Some(receipt) = receipt else {
            return Default::default();
        };
        let drawer = self
            .keys
            .drawer(&scope.realm, &scope.tenant, receipt.drawer);
        script.key(drawer.as_slice());
        receipt_arguments(receipt)
    }

    /// A script that is to act in a partition.
    pub(crate) fn script(
        &self,
        script: &'static redis::Script,
        scope: &Scope,
    ) -> ScriptInvocation<'static> {
        let mut invocation = script.prepare_invoke();
        invocation
            .key(self.keys.partition(scope).as_slice())
            .arg(keys::here(scope));
        invocation
    }
}

/// What a script that changes key pairs answers: 0, or 1 or 2 and a position.
fn changed(answer: &[i64]) -> Result<(), ChangeError> {
    let position = |at: i64| usize::try_from(at).map_err(|_| answer_error());
    match *answer {
        [0] => Ok(()),
        [1, at] => Err(ChangeError::NotFound(position(at)?)),
        [2, at] => Err(ChangeError::InUse(position(at)?)),
        [..] => Err(answer_error().into()),
    }
}

/// An answer that no script gives.
pub(crate) fn answer_error() -> Failure {
    Failure::Record(RecordError::Answer)
}

/// A selector as the scripts read it.
pub(crate) fn selector(which: &Selector) -> String {
    match which {
        Selector::Name(name) => format!("n{name}"),
        Selector::Id(id) => format!("i{id}"),
    }
}

fn selectors(which: &[Selector]) -> Vec<String> {
    which.iter().map(selector).collect()
}

/// A time in digits that sort as times do; what lies before the epoch becomes the epoch.
pub(crate) fn when(time: SystemTime) -> String {
    let (seconds, nanos) = split_time(time);
    let (seconds, nanos) = u64::try_from(seconds).map_or((0, 0), |seconds| (seconds, nanos));
    format!("{seconds:020}{nanos:09}")
}
