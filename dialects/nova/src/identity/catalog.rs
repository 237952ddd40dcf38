//! The catalogues: which services there are, and where.

use serde::Serialize;

use super::ids::hex_id;
use crate::config::{Config, V2Flavour};
use crate::route::Base;

/// A service of Identity v3's catalogue.
#[derive(Debug, Serialize)]
pub(super) struct Service {
    endpoints: Vec<Endpoint>,
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct Endpoint {
    id: String,
    interface: &'static str,
    region_id: String,
    url: String,
    region: String,
}

/// Identity v3's catalogue for a token of a project, or of the whole system.
pub(super) fn v3(config: &Config, base: &Base, project_id: Option<&str>) -> Vec<Service> {
    let region = &config.identity.region;
    let compute = format!("{}/v2.1", base.compute);
    let mut services = vec![service(
        region,
        "identity",
        "keystone",
        &format!("{}/v3", base.identity),
    )];
    let Some(project_id) = project_id else {
        // An endpoint that names a project is nobody's without one.
        if !config.identity.endpoint_with_project_id {
            services.push(service(region, "compute", "nova", &compute));
        }
        return services;
    };
    let compute = if config.identity.endpoint_with_project_id {
        format!("{compute}/{project_id}")
    } else {
        compute
    };
    services.push(service(region, "compute", "nova", &compute));
    let legacy = format!("{}/v2/{project_id}", base.compute);
    services.push(service(region, "compute_legacy", "nova_legacy", &legacy));
    services
}

fn service(region: &str, kind: &'static str, name: &'static str, url: &str) -> Service {
    let endpoint = |interface| Endpoint {
        id: hex_id(&["endpoint", kind, interface, region]),
        interface,
        region_id: region.to_owned(),
        url: url.to_owned(),
        region: region.to_owned(),
    };
    Service {
        endpoints: ["public", "internal", "admin"].map(endpoint).into(),
        id: hex_id(&["service", kind]),
        kind,
        name,
    }
}

/// A service of Identity v2.0's catalogue.
#[derive(Debug, Serialize)]
pub(super) struct V2Service {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    endpoints: Vec<V2Endpoint>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct V2Endpoint {
    region: String,
    tenant_id: String,
    #[serde(rename = "publicURL")]
    public_url: String,
    #[serde(flatten)]
    private: Option<PrivateUrls>,
    version_info: String,
    version_list: String,
    version_id: &'static str,
}

/// What only old Keystones tell.
#[derive(Debug, Serialize)]
struct PrivateUrls {
    #[serde(rename = "internalURL")]
    internal: String,
    #[serde(rename = "adminURL")]
    admin: String,
}

/// Identity v2.0's catalogue for a token of a tenant. Source of the name `cloudServersOpenStack`:
/// Rackspace Cloud Identity developer guide; libcloud's Rackspace driver looks for it.
pub(super) fn v2(config: &Config, base: &Base, tenant_id: &str) -> Vec<V2Service> {
    let (name, regions): (_, &[String]) = match config.v2_flavour {
        V2Flavour::Rackspace => ("cloudServersOpenStack", &config.identity.rackspace_regions),
        V2Flavour::Compat => ("nova", std::slice::from_ref(&config.identity.region)),
    };
    let url = format!("{}/v2/{tenant_id}", base.compute);
    let endpoint = |region: &String| V2Endpoint {
        region: region.clone(),
        tenant_id: tenant_id.to_owned(),
        public_url: url.clone(),
        private: (config.v2_flavour == V2Flavour::Compat).then(|| PrivateUrls {
            internal: url.clone(),
            admin: url.clone(),
        }),
        version_info: format!("{}/v2", base.compute),
        version_list: format!("{}/", base.compute),
        version_id: "2",
    };
    vec![V2Service {
        name,
        kind: "compute",
        endpoints: regions.iter().map(endpoint).collect(),
    }]
}
