//! Notes: in drawers of a tenant's, until they end.

use std::time::SystemTime;

use keypair_core::ports::join_time;
use keypair_core::{Note, Realm, Receipt, TenantId};
use redis::{ScriptInvocation, cmd};

use crate::failure::Failure;
use crate::link::Repeat;
use crate::mutations::when;
use crate::record::RecordError;
use crate::scripts;
use crate::store::Inner;

/// How many digits [`when`] gives: those of the seconds, and nine of the nanoseconds.
const TIME_DIGITS: usize = 29;
const SECOND_DIGITS: usize = 20;

/// What the scripts take of a note.
pub(crate) fn receipt_arguments(receipt: &Receipt) -> [Vec<u8>; 4] {
    let note = &receipt.note;
    let written_at = when(note.written_at);
    let times = when(note.until) + &written_at;
    [
        note.name.clone().into_bytes(),
        [times.as_bytes(), note.body.as_slice()].concat(),
        written_at.into_bytes(),
        receipt.capacity.to_string().into_bytes(),
    ]
}

impl Inner {
    /// Puts a note in its drawer, unless one of its name is there.
    pub(crate) async fn add_note(
        &self,
        realm: &Realm,
        tenant: &TenantId,
        receipt: &Receipt,
    ) -> Result<bool, Failure> {
        let mut add = self.drawer_script(&scripts::ADD_NOTE, realm, tenant, receipt.drawer);
        add.arg(&receipt_arguments(receipt));
        self.link.run(&add, Repeat::Never).await
    }

    /// The note of a name.
    pub(crate) async fn note(
        &self,
        realm: &Realm,
        tenant: &TenantId,
        drawer: &str,
        name: &str,
        now: SystemTime,
    ) -> Result<Option<Note>, Failure> {
        let [notes, _] = self.keys.drawer(realm, tenant, drawer);
        let mut get = cmd("HGET");
        get.arg(notes).arg(name);
        let value: Option<Vec<u8>> = self.link.ask(&get, Repeat::Harmless).await?;
        let note = value
            .map(|value| decode(name.to_owned(), &value))
            .transpose()?;
        Ok(note.filter(|note| now < note.until))
    }

    /// The notes of a drawer.
    pub(crate) async fn notes(
        &self,
        realm: &Realm,
        tenant: &TenantId,
        drawer: &str,
        now: SystemTime,
    ) -> Result<Vec<Note>, Failure> {
        let [notes, _] = self.keys.drawer(realm, tenant, drawer);
        let mut get = cmd("HGETALL");
        get.arg(notes);
        let values: Vec<(String, Vec<u8>)> = self.link.ask(&get, Repeat::Harmless).await?;
        let mut found = Vec::with_capacity(values.len());
        for (name, value) in values {
            let note = decode(name, &value)?;
            if now < note.until {
                found.push(note);
            }
        }
        found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Takes a note out of its drawer; whether there was one.
    pub(crate) async fn remove_note(
        &self,
        realm: &Realm,
        tenant: &TenantId,
        drawer: &str,
        name: &str,
    ) -> Result<bool, Failure> {
        let mut remove = self.drawer_script(&scripts::REMOVE_NOTE, realm, tenant, drawer);
        remove.arg(name);
        self.link.run(&remove, Repeat::Never).await
    }

    fn drawer_script(
        &self,
        script: &'static redis::Script,
        realm: &Realm,
        tenant: &TenantId,
        drawer: &str,
    ) -> ScriptInvocation<'static> {
        let mut invocation = script.prepare_invoke();
        invocation.key(self.keys.drawer(realm, tenant, drawer).as_slice());
        invocation
    }
}

fn decode(name: String, value: &[u8]) -> Result<Note, RecordError> {
    let (until, rest) = value
        .split_at_checked(TIME_DIGITS)
        .ok_or(RecordError::Time)?;
    let (written_at, body) = rest
        .split_at_checked(TIME_DIGITS)
        .ok_or(RecordError::Time)?;
    Ok(Note {
        name,
        body: body.to_vec(),
        written_at: time(written_at)?,
        until: time(until)?,
    })
}

/// The inverse of [`when`].
fn time(digits: &[u8]) -> Result<SystemTime, RecordError> {
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<i64>().ok();
    let time = digits
        .split_at_checked(SECOND_DIGITS)
        .and_then(|(seconds, nanos)| {
            join_time(number(seconds)?, u32::try_from(number(nanos)?).ok()?)
        });
    time.ok_or(RecordError::Time)
}
