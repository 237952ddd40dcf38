//! The two calls of the tag service that Terraform makes for every key pair.

use std::collections::{BTreeMap, BTreeSet};

use dialect_api::Response;
use keypair_core::{Change, Error as CoreError, KeyPair};
use md5::{Digest as _, Md5};
use serde::Serialize;

use super::Call;
use super::describe::by_id;
use crate::error::Error;
use crate::response::{self, Done};
use crate::validate::{self, MAX_TAGS};

/// The most resources in one call, and the page that a call without `Limit` gets. Source: the tag
/// service's `DescribeResourceTagsByResourceIds` page.
const MAX_RESOURCES: usize = 50;
const DEFAULT_LIMIT: i64 = 15;

/// What the tag service calls key pairs.
const SERVICE_TYPE: &str = "cvm";
const RESOURCE_PREFIX: &str = "keypair";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    total_count: usize,
    offset: u64,
    limit: u64,
    tags: Vec<TagView>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagView {
    service_type: &'static str,
    tag_key: String,
    tag_value: String,
    tag_key_md5: String,
    tag_value_md5: String,
    resource_id: String,
}

/// Lists the tags of key pairs. Resources of other kinds and unknown ids have none.
///
/// # Errors
/// [`Error::TooMany`], [`Error::OffsetInvalid`], [`Error::LimitOutOfRange`].
pub(super) async fn describe(call: &Call<'_>) -> Result<Response, Error> {
    let ids = call.arguments.texts("ResourceIds");
    validate::at_most(MAX_RESOURCES, "ResourceIds", ids.len())?;
    let offset = call.arguments.integer("Offset").unwrap_or_default();
    let offset = u64::try_from(offset).map_err(|_| Error::OffsetInvalid)?;
    let limit = call.arguments.integer("Limit").unwrap_or(DEFAULT_LIMIT);
    let limit = u64::try_from(limit).map_err(|_| Error::LimitOutOfRange)?;
    let is_ours = call.arguments.required_text("ServiceType")? == SERVICE_TYPE
        && call.arguments.required_text("ResourcePrefix")? == RESOURCE_PREFIX;
    let mut tags = Vec::new();
    if is_ours {
        // A malformed id is as unknown as any other here.
        let mut selectors: Vec<_> = ids
            .iter()
            .filter_map(|id| validate::key_id(id).ok())
            .collect();
        let mut seen = BTreeSet::new();
        selectors.retain(|selector| seen.insert(format!("{selector:?}")));
        for key_pair in by_id(call, &selectors).await? {
            tags.extend(tags_of(&key_pair));
        }
    }
    let total_count = tags.len();
    let page = tags
        .into_iter()
        .skip(usize::try_from(offset).unwrap_or(usize::MAX))
        .take(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(call.success(Described {
        total_count,
        offset,
        limit,
        tags: page.collect(),
    }))
}

fn tags_of(key_pair: &KeyPair) -> Vec<TagView> {
    let md5_hex = |text: &str| base16ct::lower::encode_string(&Md5::digest(text));
    let tags = key_pair.attributes.tags.iter().flatten();
    tags.map(|(key, value)| TagView {
        service_type: SERVICE_TYPE,
        tag_key: key.clone(),
        tag_value: value.clone(),
        tag_key_md5: md5_hex(key),
        tag_value_md5: md5_hex(value),
        resource_id: response::key_id(key_pair.seed).to_string(),
    })
    .collect()
}

/// Sets and drops tags of one key pair.
///
/// # Errors
/// In this order: [`Error::ResourceDescription`], those of each tag, [`Error::TagSetAndDropped`],
/// [`Error::ResourceMissing`], [`Error::TagQuota`].
pub(super) async fn modify(call: &Call<'_>) -> Result<Response, Error> {
    let resource = call.arguments.required_text("Resource")?;
    let id = key_id_of(resource).ok_or_else(|| Error::ResourceDescription(resource.to_owned()))?;
    let selector =
        validate::key_id(id).map_err(|_| Error::ResourceDescription(resource.to_owned()))?;
    let (set_tags, drop_tags) = changes(call)?;
    let keypairs = call.ports.keypairs;
    let key_pair = match keypairs.get(&call.scope, &selector).await {
        Err(CoreError::KeyPairNotFound { .. }) => {
            return Err(Error::ResourceMissing(resource.to_owned()));
        }
        found => found?,
    };
    let own = key_pair.attributes.tags.iter().flatten();
    let kept = own.filter(|(key, _)| !set_tags.contains_key(*key) && !drop_tags.contains(*key));
    if kept.count() + set_tags.len() > MAX_TAGS {
        return Err(Error::TagQuota(MAX_TAGS));
    }
    let change = Change {
        set_tags,
        drop_tags,
        changed_by: Some(call.caller.name.clone()),
        ..Change::default()
    };
    match keypairs.update(&call.scope, &selector, change).await {
        Err(CoreError::KeyPairNotFound { .. }) => Err(Error::ResourceMissing(resource.to_owned())),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(call.success(Done {})),
    }
}

/// The tags to set, and the keys of those to drop.
type Changes = (BTreeMap<String, String>, BTreeSet<String>);

fn changes(call: &Call<'_>) -> Result<Changes, Error> {
    let mut set_tags = BTreeMap::new();
    for (at, tag) in call.arguments.structs("ReplaceTags") {
        let key = tag.required_text("TagKey")?;
        let value = tag.text("TagValue").unwrap_or_default();
        let path = format!("ReplaceTags.{at}");
        validate::check_tag(
            key,
            value,
            [&format!("{path}.TagKey"), &format!("{path}.TagValue")],
        )?;
        set_tags.insert(key.to_owned(), value.to_owned());
    }
    let mut drop_tags = BTreeSet::new();
    for (_, tag) in call.arguments.structs("DeleteTags") {
        let key = tag.required_text("TagKey")?;
        if set_tags.contains_key(key) {
            return Err(Error::TagSetAndDropped(key.to_owned()));
        }
        drop_tags.insert(key.to_owned());
    }
    Ok((set_tags, drop_tags))
}

/// The key pair that a resource description `qcs::cvm:<region>:uin/<uin>:keypair/<id>` names.
/// Region and uin may be empty: Terraform leaves the uin out.
fn key_id_of(resource: &str) -> Option<&str> {
    let parts: Vec<_> = resource.split(':').collect();
    match parts.as_slice() {
        ["qcs", "", SERVICE_TYPE, _region, owner, resource] if owner.starts_with("uin/") => {
            let (prefix, id) = resource.split_once('/')?;
            (prefix == RESOURCE_PREFIX).then_some(id)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::key_id_of;

    #[test]
    fn resources_are_described_with_and_without_uin() {
        for uin in ["", "100000000001"] {
            let resource = format!("qcs::cvm:ap-guangzhou:uin/{uin}:keypair/skey-mv9yzyjj");
            assert_eq!(key_id_of(&resource), Some("skey-mv9yzyjj"));
        }
        for bad in [
            "",
            "skey-mv9yzyjj",
            "qcs::cvm:ap-guangzhou:uin/:instance/ins-00000001",
            "qcs::cos:ap-guangzhou:uin/:keypair/skey-mv9yzyjj",
            "qcs::cvm:ap-guangzhou:keypair/skey-mv9yzyjj",
            "qcs::cvm:ap-guangzhou:uin/:keypair/skey-mv9yzyjj:x",
        ] {
            assert_eq!(key_id_of(bad), None, "{bad}");
        }
    }
}
