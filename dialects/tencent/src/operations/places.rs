//! `DescribeRegions` and `DescribeZones`.

use dialect_api::Response;
use serde::Serialize;

use super::Call;
use crate::error::Error;
use crate::region;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Regions<'a> {
    total_count: usize,
    region_set: Vec<RegionView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RegionView<'a> {
    region: &'a str,
    region_name: &'a str,
    region_state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Zones {
    total_count: usize,
    zone_set: Vec<ZoneView>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ZoneView {
    zone: String,
    zone_name: String,
    /// A number, but text on the wire.
    zone_id: String,
    zone_state: &'static str,
}

const AVAILABLE: &str = "AVAILABLE";

/// The regions that are offered.
pub(super) fn regions(call: &Call<'_>) -> Response {
    let region_set: Vec<_> = region::offered(call.config)
        .into_iter()
        .map(|name| RegionView {
            region: name,
            region_name: name,
            region_state: AVAILABLE,
        })
        .collect();
    call.success(Regions {
        total_count: region_set.len(),
        region_set,
    })
}

/// The zones of the request's region.
///
/// # Errors
/// [`Error::MissingParameter`] for a request that names no region.
pub(super) fn zones(call: &Call<'_>) -> Result<Response, Error> {
    if call.region.is_empty() {
        return Err(Error::MissingParameter("Region".to_owned()));
    }
    let zone_set: Vec<_> = region::zones(call.region, call.surface, call.config)
        .into_iter()
        .map(|(name, number)| ZoneView {
            zone: name.clone(),
            zone_name: name,
            zone_id: number.to_string(),
            zone_state: AVAILABLE,
        })
        .collect();
    Ok(call.success(Zones {
        total_count: zone_set.len(),
        zone_set,
    }))
}
