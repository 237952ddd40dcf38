//! What each action does: checks in the action's order, then the domain, then the answer.

mod bind;
mod create;
mod delete;
mod describe;
mod filter;
mod import;
mod modify;
mod places;
mod tags;

use dialect_api::{Caller, Ports, Request, RequestContext, Response};
use http::request::Parts;
use keypair_core::{Limit, Partition, QuotaRule, Scope};
use serde::Serialize;

use crate::config::Config;
use crate::error::Error;
use crate::request::decode::{self, Arguments};
use crate::request::{Common, Message, Surface};
use crate::response;
use crate::route::Operation;

/// One call of an action, its arguments read.
struct Call<'a> {
    surface: Surface,
    /// The region that the request names; empty if it names none.
    region: &'a str,
    arguments: Arguments,
    head: &'a Parts,
    caller: &'a Caller,
    scope: Scope,
    cx: &'a RequestContext,
    ports: Ports<'a>,
    config: &'a Config,
}

impl Call<'_> {
    fn success<T: Serialize>(&self, fields: T) -> Response {
        response::success(fields, self.head, self.cx)
    }

    fn quota(&self) -> QuotaRule {
        QuotaRule {
            exception: None,
            holder: self.scope.tenant.clone(),
            default: Limit::AtMost(self.config.quota),
        }
    }
}

/// Reads the arguments of an action and carries it out.
///
/// # Errors
/// Those of [`decode::read`], then those of the action.
pub(crate) async fn run(
    operation: Operation,
    request: &Request,
    caller: &Caller,
    cx: &RequestContext,
    ports: Ports<'_>,
    config: &Config,
) -> Result<Response, Error> {
    let message = Message::read(request)?;
    let call = Call {
        surface: message.surface,
        region: message.common(Common::Region).unwrap_or_default(),
        arguments: decode::read(operation, &message, config)?,
        head: message.head,
        caller,
        scope: Scope {
            realm: cx.realm.clone(),
            tenant: caller.tenant.clone(),
            partition: Partition::new(""),
        },
        cx,
        ports,
        config,
    };
    match operation {
        Operation::CreateKeyPair => create::run(&call).await,
        Operation::ImportKeyPair => import::run(&call).await,
        Operation::DescribeKeyPairs => describe::run(&call).await,
        Operation::ModifyKeyPairAttribute => modify::run(&call).await,
        Operation::DeleteKeyPairs => delete::run(&call).await,
        Operation::AssociateInstancesKeyPairs => bind::associate(&call).await,
        Operation::DisassociateInstancesKeyPairs => bind::disassociate(&call).await,
        Operation::DescribeRegions => Ok(places::regions(&call)),
        Operation::DescribeZones => places::zones(&call),
        Operation::DescribeResourceTagsByResourceIds => tags::describe(&call).await,
        Operation::ModifyResourceTags => tags::modify(&call).await,
    }
}
