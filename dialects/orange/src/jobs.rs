//! The records of jobs: what a create, an import or a delete leaves behind, in the same step of the
//! store as its work, so that there is no work without its job and no job without its work.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use keypair_core::{Error as CoreError, KeyName, Note, Receipt};
use serde::{Deserialize, Serialize};

/// The drawer of a project's jobs.
pub(crate) const DRAWER: &str = "jobs";
/// The most jobs of a project; one more, and the oldest is forgotten.
const CAPACITY: u32 = 1000;
/// How long a job can be asked for.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What a job did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// It generated or imported a key pair.
    Create,
    /// It deleted one.
    Delete,
}

/// A job, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its identifier: a UUID in lower case.
    pub(crate) id: String,
    /// What it did.
    pub(crate) description: String,
    /// Who asked for it.
    pub(crate) requester: String,
    /// When it was asked for.
    pub(crate) at: SystemTime,
}

/// What of a job its note says; the rest is the note's own.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    description: Cow<'a, str>,
    requester: Cow<'a, str>,
}

impl Job {
    /// The job of a call.
    pub(crate) fn new(
        id: String,
        work: Work,
        key_pair: &KeyName,
        requester: &str,
        at: SystemTime,
    ) -> Self {
        let verb = match work {
            Work::Create => "Create",
            Work::Delete => "Delete",
        };
        Self {
            id,
            description: format!("{verb} key pair {key_pair}"),
            requester: requester.to_owned(),
            at,
        }
    }

    /// The note that is left with the work.
    pub(crate) fn receipt(&self) -> Result<Receipt, CoreError> {
        let body = Body {
            description: self.description.as_str().into(),
            requester: self.requester.as_str().into(),
        };
        Ok(Receipt {
            drawer: DRAWER,
            capacity: CAPACITY,
            note: Note {
                name: self.id.clone(),
                body: serde_json::to_vec(&body).map_err(corrupt)?,
                written_at: self.at,
                until: self.at + KEPT,
            },
        })
    }

    /// The job that a note tells of.
    pub(crate) fn read(note: Note) -> Result<Self, CoreError> {
        let body: Body<'_> = serde_json::from_slice(&note.body).map_err(corrupt)?;
        Ok(Self {
            description: body.description.into_owned(),
            requester: body.requester.into_owned(),
            id: note.name,
            at: note.written_at,
        })
    }
}

fn corrupt(error: serde_json::Error) -> CoreError {
    CoreError::CorruptRecord {
        source: Box::new(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use keypair_core::{Error as CoreError, KeyName};

    use super::{Job, Work};

    fn job() -> Job {
        let name = KeyName::parse("a \"b\" \u{5317}").unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
        Job::new("id".to_owned(), Work::Delete, &name, "me", at)
    }

    #[test]
    fn a_note_gives_back_the_job_that_it_was_written_of() {
        let receipt = job().receipt().unwrap();
        assert_eq!(receipt.capacity, 1000);
        let kept = receipt.note.until.duration_since(receipt.note.written_at);
        assert_eq!(kept.unwrap(), Duration::from_secs(86_400));
        assert_eq!(Job::read(receipt.note).unwrap(), job());
    }

    #[test]
    fn a_note_of_another_form_is_a_damaged_record() {
        let mut note = job().receipt().unwrap().note;
        note.body.truncate(3);
        let error = Job::read(note).unwrap_err();
        assert!(matches!(error, CoreError::CorruptRecord { .. }));
    }
}
