//! What happens to a call once its caller is known: the checks that all operations share, in this
//! cloud's order, then the operation.

mod create;
mod find;
mod job;

use dialect_api::{Caller, Ports, Request, RequestContext, Response};
use http::Method;
use keypair_core::{KeyName, Partition, Scope, Selector, TenantId};

use crate::config::Settings;
use crate::error::Error;
use crate::jobs::{Job, Work};
use crate::request::negotiation;
use crate::request::resource::{self, Zone};
use crate::route::{Operation, Resource, Route};
use crate::{ids, openapi, response};

/// One call and all that it may use.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) request: &'a Request,
    pub(crate) caller: &'a Caller,
    pub(crate) cx: &'a RequestContext,
    pub(crate) ports: Ports<'a>,
}

impl Call<'_> {
    /// Steps 4 to 16 of the order of checks, and the answer.
    pub(crate) async fn answer(
        self,
        operation: Operation,
        route: Route<'_>,
    ) -> Result<Response, Error> {
        if operation == Operation::UnsupportedMethod {
            return Err(Error::MethodNotAllowed {
                allow: route.resource.methods(),
            });
        }
        if route.resource == Resource::OpenApi {
            return Ok(openapi::document());
        }
        self.check_negotiation()?;
        match route.resource {
            Resource::OpenApi => Ok(openapi::document()),
            Resource::KeyPairs { project, zone } => {
                let zone = resource::zone(project, zone)?;
                self.check_place(&zone.project, Some(&zone.name))?;
                if operation == Operation::CreateKeyPair {
                    create::create(self, &zone, route.prefix).await
                } else {
                    find::find(self, &zone).await
                }
            }
            Resource::KeyPair {
                project,
                zone,
                key_pair,
            } => {
                let zone = resource::zone(project, zone)?;
                let which = resource::key_pair(key_pair)?;
                self.check_place(&zone.project, Some(&zone.name))?;
                if operation == Operation::DeleteKeyPair {
                    self.delete(&zone, which).await
                } else {
                    self.get(&zone, &which).await
                }
            }
            Resource::Jobs { project } => {
                let project = resource::project(project)?;
                self.check_place(&project, None)?;
                job::find(self, &project).await
            }
            Resource::Job { project, job } => {
                let project = resource::project(project)?;
                let job = resource::job(job)?;
                self.check_place(&project, None)?;
                job::get(self, &project, job).await
            }
        }
    }

    /// Steps 5 and 6.
    fn check_negotiation(self) -> Result<(), Error> {
        let head = &self.request.head;
        if !negotiation::accepts_json(&head.headers) {
            return Err(Error::NotAcceptable);
        }
        if head.method == Method::POST && !negotiation::sends_json(&head.headers) {
            return Err(Error::UnsupportedMediaType);
        }
        Ok(())
    }

    /// Steps 8 and 9.
    fn check_place(self, project: &str, zone: Option<&str>) -> Result<(), Error> {
        if !self.caller.projects.permits(project) {
            return Err(Error::AccessDenied);
        }
        let exists = |known: &[String], name: &str| {
            known.is_empty() || known.iter().any(|known| known == name)
        };
        if exists(&self.settings.projects, project)
            && zone.is_none_or(|zone| exists(&self.settings.zones, zone))
        {
            Ok(())
        } else {
            Err(Error::ResourceNotFound)
        }
    }

    fn scope_of(self, zone: &Zone) -> Scope {
        Scope {
            realm: self.cx.realm.clone(),
            tenant: TenantId::new(zone.project.as_str()),
            partition: Partition::new(zone.name.as_str()),
        }
    }

    async fn get(self, zone: &Zone, which: &Selector) -> Result<Response, Error> {
        let scope = self.scope_of(zone);
        let key_pair = self.ports.keypairs.get(&scope, which).await?;
        Ok(response::shown(zone, &key_pair))
    }

    /// What the job says is what was there when it was looked at: a key pair that is renamed in
    /// between, which this cloud cannot do, is deleted under its old name.
    async fn delete(self, zone: &Zone, which: Selector) -> Result<Response, Error> {
        let scope = self.scope_of(zone);
        let key_pair = self.ports.keypairs.get(&scope, &which).await?;
        let job = self.job(Work::Delete, &key_pair.name);
        let receipt = job.receipt()?;
        let keypairs = self.ports.keypairs;
        keypairs.delete(&scope, &[which], Some(&receipt)).await?;
        Ok(response::deleted(&zone.project, &job.id))
    }

    /// The job of this call.
    fn job(self, work: Work, key_pair: &KeyName) -> Job {
        let id = ids::job_id(self.cx.request_id);
        Job::new(id, work, key_pair, &self.caller.name, self.cx.received_at)
    }
}
