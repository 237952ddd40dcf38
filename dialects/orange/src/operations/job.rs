//! `jobGet` and `jobFind`.

use std::cmp::Ordering;

use dialect_api::Response;
use keypair_core::TenantId;

use super::Call;
use crate::error::Error;
use crate::ids::CanonicalUuid;
use crate::jobs::{self, Job};
use crate::request::job_search::{JobField, JobSearch};
use crate::request::query::ordering;
use crate::response::{self, timestamp};

/// Steps 15 and 16, and the answer.
pub(super) async fn get(
    call: Call<'_>,
    project: &str,
    job: CanonicalUuid,
) -> Result<Response, Error> {
    let (tenant, name) = (TenantId::new(project), job.to_string());
    let notes = call.ports.notes;
    let found = notes.note(&call.cx.realm, &tenant, jobs::DRAWER, &name);
    let note = found.await?.ok_or(Error::ResourceNotFound)?;
    Ok(response::job_shown(project, &Job::read(note)?))
}

/// Step 10, and the answer.
pub(super) async fn find(call: Call<'_>, project: &str) -> Result<Response, Error> {
    let search = JobSearch::parse(call.request.head.uri.query().unwrap_or_default())?;
    if !search.wants_completed {
        return Ok(response::jobs_found(project, 0, &[]));
    }
    let tenant = TenantId::new(project);
    let notes = call.ports.notes;
    let found = notes.notes(&call.cx.realm, &tenant, jobs::DRAWER).await?;
    let mut jobs = found
        .into_iter()
        .map(Job::read)
        .collect::<Result<Vec<_>, _>>()?;
    jobs.sort_by(|left, right| {
        let tie_breakers = [JobField::Date, JobField::Id];
        ordering(&search.sort, tie_breakers, |field| {
            compare_field(field, left, right)
        })
    });
    let (total, page) = search.page.cut(jobs);
    Ok(response::jobs_found(project, total, &page))
}

/// Texts by their bytes, times as they are shown.
fn compare_field(field: JobField, left: &Job, right: &Job) -> Ordering {
    match field {
        JobField::Id => left.id.cmp(&right.id),
        // All of them are in the same state.
        JobField::State => Ordering::Equal,
        JobField::Description => left.description.cmp(&right.description),
        JobField::Date => timestamp(left.at).cmp(&timestamp(right.at)),
        JobField::RequesterId => left.requester.cmp(&right.requester),
    }
}
