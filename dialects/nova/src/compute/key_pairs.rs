//! Listing, showing and deleting key pairs.

use dialect_api::{Response, response};
use keypair_core::{KeyName, Listing, Selector, Window};

use super::Call;
use crate::api::Api;
use crate::error::Error;
use crate::request::media::JSON;
use crate::request::query::{Known, Query, Rule};
use crate::response::key_pair::{self, NextPage};
use crate::route::Base;
use crate::route::compute_path::Family;

/// Lists a user's key pairs.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], [`Error::MarkerNotFound`], in this order.
pub(super) async fn list(call: &Call<'_>) -> Result<Response, Error> {
    let query = Query::read(&call.request.head.uri, listing_parameters(call.api))?;
    let owner = call.owner(&query);
    call.requester.permit("os-keypairs:index", owner)?;
    let page = call
        .api
        .has_pages()
        .then(|| page_size(&query, call.config.max_limit));
    let window = match page {
        None => Window::All,
        Some(limit) => Window::After {
            marker: marker(&query)?,
            limit,
        },
    };
    let Listing { key_pairs, .. } = call.ports.keypairs.list(&call.scope(owner), window).await?;
    // A full page says where the next begins even if there is none.
    let full = page.is_some_and(|limit| usize::try_from(limit) == Ok(key_pairs.len()));
    let last = key_pairs.last().filter(|_| full);
    let next = last.map(|last| NextPage {
        collection: call.collection(),
        query: &query,
        marker: last.name.as_str(),
    });
    let body = key_pair::list(call.api, &key_pairs, next.as_ref());
    Ok(call.ok(body))
}

/// Shows one key pair.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], [`Error::KeyPairNotFound`], in this order.
pub(super) async fn show(call: &Call<'_>) -> Result<Response, Error> {
    let query = Query::read(&call.request.head.uri, member_parameters(call.api))?;
    let owner = call.owner(&query);
    call.requester.permit("os-keypairs:show", owner)?;
    let which = call.selected(owner)?;
    let found = call.ports.keypairs.get(&call.scope(owner), &which).await;
    let key_pair = found.map_err(Error::about(owner))?;
    let body = key_pair::shown(call.api, &key_pair, owner);
    Ok(call.ok(body))
}

/// Deletes one key pair.
///
/// # Errors
/// As [`show`].
pub(super) async fn delete(call: &Call<'_>) -> Result<Response, Error> {
    let query = Query::read(&call.request.head.uri, member_parameters(call.api))?;
    let owner = call.owner(&query);
    call.requester.permit("os-keypairs:delete", owner)?;
    let which = call.selected(owner)?;
    let scope = call.scope(owner);
    let deleted = call
        .ports
        .keypairs
        .delete(&scope, std::slice::from_ref(&which), None)
        .await;
    deleted.map_err(Error::about(owner))?;
    let content_type = match call.api.family {
        Family::V21 | Family::Compat => JSON,
        Family::Rackspace => "text/html; charset=UTF-8",
    };
    Ok(response(
        call.api.deleted(),
        content_type,
        bytes::Bytes::new(),
    ))
}

impl Call<'_> {
    /// The user that a query names, else the caller. An empty id names nobody.
    fn owner<'q>(&'q self, query: &'q Query) -> &'q str {
        let named = query.first("user_id").filter(|id| !id.is_empty());
        named.unwrap_or(&self.requester.user_id)
    }

    /// The key pair that the path names.
    fn selected(&self, owner: &str) -> Result<Selector, Error> {
        let name = self.resource.name();
        // What can be no name is the name of no key pair.
        let name = KeyName::parse(name).map_err(|_| Error::KeyPairNotFound {
            name: name.to_owned(),
            user_id: Some(owner.to_owned()),
        })?;
        Ok(Selector::Name(name))
    }

    /// The address of the list of key pairs, as the caller spells it.
    fn collection(&self) -> String {
        let Base { compute, .. } = Base::of(&self.request.head, self.cx);
        let project = self.project.as_deref();
        let (slash, project) = project.map_or(("", ""), |project| ("/", project));
        format!("{compute}/v2.1{slash}{project}/os-keypairs")
    }
}

fn listing_parameters(api: Api) -> Known {
    let parameters: &[_] = if api.has_pages() {
        &[
            ("limit", Rule::Digits),
            ("marker", Rule::Text),
            ("user_id", Rule::Text),
        ]
    } else {
        member_parameters(api).parameters
    };
    Known {
        parameters,
        refuses_others: api.refuses_parameters(),
    }
}

fn member_parameters(api: Api) -> Known {
    let parameters: &[_] = if api.has_user_ids() {
        &[("user_id", Rule::Text)]
    } else {
        &[]
    };
    Known {
        parameters,
        refuses_others: api.refuses_parameters(),
    }
}

/// The most key pairs in the answer.
fn page_size(query: &Query, max_limit: u32) -> u32 {
    // Too many digits for a number ask for more than there can be.
    let limit = query
        .last("limit")
        .map_or(max_limit, |digits| digits.parse().unwrap_or(u32::MAX));
    limit.min(max_limit)
}

fn marker(query: &Query) -> Result<Option<KeyName>, Error> {
    let Some(marker) = query.last("marker") else {
        return Ok(None);
    };
    match KeyName::parse(marker) {
        Ok(name) => Ok(Some(name)),
        Err(_) => Err(Error::MarkerNotFound {
            marker: marker.to_owned(),
        }),
    }
}
