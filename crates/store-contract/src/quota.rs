//! How many key pairs a tenant may have.

use keypair_core::ports::Look;
use keypair_core::{Limit, QuotaRule, TenantId};

use crate::desk::{Desk, by_name};
use crate::samples::{draft, name, quota};
use crate::subject::Subject;

/// Whether one more key pair is taken, and if not, which limit says so.
async fn one_more(desk: &Desk, name: &str, default: Limit) -> Result<(), Option<u32>> {
    let taken = desk
        .insert_within(&draft(name), &desk.own_quota(default))
        .await;
    taken.map(drop).map_err(|conflicts| {
        assert!(!conflicts.name_taken && !conflicts.id_taken && !conflicts.public_key_taken);
        conflicts.quota_reached
    })
}

/// The quota's default is the limit, `Unlimited` and zero included.
pub async fn the_default_limit_holds_when_none_is_stored(subject: Subject) {
    let desk = Desk::new(&subject);
    let two = Limit::AtMost(2);
    assert_eq!(one_more(&desk, "a", Limit::AtMost(0)).await, Err(Some(0)));
    assert_eq!(one_more(&desk, "a", two).await, Ok(()));
    assert_eq!(one_more(&desk, "b", two).await, Ok(()));
    assert_eq!(one_more(&desk, "c", two).await, Err(Some(2)));
    assert_eq!(one_more(&desk, "c", Limit::Unlimited).await, Ok(()));
    assert_eq!(one_more(&desk, "d", two).await, Err(Some(2)));
    assert_eq!(one_more(&desk, "d", Limit::AtMost(u32::MAX)).await, Ok(()));
}

/// Whether it is lower, higher, zero or none at all.
pub async fn a_stored_limit_holds_before_the_default(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.set_limit(Some(Limit::AtMost(1))).await;
    assert_eq!(one_more(&desk, "a", Limit::AtMost(0)).await, Ok(()));
    assert_eq!(one_more(&desk, "b", Limit::Unlimited).await, Err(Some(1)));
    desk.set_limit(Some(Limit::Unlimited)).await;
    assert_eq!(one_more(&desk, "b", Limit::AtMost(0)).await, Ok(()));
    desk.set_limit(Some(Limit::AtMost(0))).await;
    assert_eq!(one_more(&desk, "c", Limit::Unlimited).await, Err(Some(0)));
    desk.set_limit(None).await;
    assert_eq!(one_more(&desk, "c", Limit::AtMost(3)).await, Ok(()));
    assert_eq!(one_more(&desk, "d", Limit::AtMost(3)).await, Err(Some(3)));
}

/// A user's key pairs are counted against the limit of the project that holds the quota.
pub async fn the_limit_of_another_holder_counts(subject: Subject) {
    let user = Desk::new(&subject).at("realm", "user", "");
    let project = user.at("realm", "project", "");
    let namesake = user.at("other", "project", "");
    let rule = quota("project", Limit::AtMost(9));

    user.set_limit(Some(Limit::AtMost(0))).await;
    namesake.set_limit(Some(Limit::AtMost(0))).await;
    project.set_limit(Some(Limit::AtMost(1))).await;
    project
        .put("the project's own key pairs do not count")
        .await;
    user.insert_within(&draft("a"), &rule)
        .await
        .expect("one fits");
    let refused = user.insert_within(&draft("b"), &rule).await;
    assert_eq!(refused.map_err(|c| c.quota_reached), Err(Some(1)));

    project.set_limit(None).await;
    user.insert_within(&draft("b"), &rule)
        .await
        .expect("the default is 9");
}

/// A limit stored for the exception goes before the holder's, whichever is higher, and the holder's
/// before the default.
pub async fn the_limit_of_the_exception_goes_before_the_holders(subject: Subject) {
    let user = Desk::new(&subject).at("realm", "user", "");
    let exception = user.at("realm", "project/user", "");
    let project = user.at("realm", "project", "");
    let namesake = user.at("other", "project/user", "");
    let rule = QuotaRule {
        exception: Some(TenantId::new("project/user")),
        ..quota("project", Limit::AtMost(1))
    };
    let one_more = async |name: &str| {
        let taken = user.insert_within(&draft(name), &rule).await;
        taken.map(drop).map_err(|conflicts| conflicts.quota_reached)
    };

    namesake.set_limit(Some(Limit::AtMost(0))).await;
    exception.set_limit(Some(Limit::AtMost(0))).await;
    assert_eq!(one_more("a").await, Err(Some(0)), "without a holder's");
    project.set_limit(Some(Limit::AtMost(2))).await;
    assert_eq!(one_more("a").await, Err(Some(0)), "below the holder's");
    exception.set_limit(None).await;
    assert_eq!(one_more("a").await, Ok(()), "the holder's is 2");
    assert_eq!(one_more("b").await, Ok(()), "the holder's is 2");
    assert_eq!(one_more("c").await, Err(Some(2)), "the holder's is 2");
    exception.set_limit(Some(Limit::AtMost(3))).await;
    assert_eq!(one_more("c").await, Ok(()), "above the holder's");
    assert_eq!(one_more("d").await, Err(Some(3)), "above the holder's");
    exception.set_limit(Some(Limit::Unlimited)).await;
    assert_eq!(one_more("d").await, Ok(()), "no limit at all");
    exception.set_limit(None).await;
    project.set_limit(None).await;
    assert_eq!(one_more("e").await, Err(Some(1)), "the default is 1");
}

/// The count is the tenant's, wherever its key pairs lie.
pub async fn all_partitions_of_the_tenant_count_and_no_other_tenant(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.in_partition("p").put("a").await;
    desk.in_partition("q").put("a").await;
    desk.at("realm", "other", "").put("a").await;
    desk.at("other", "tenant", "").put("a").await;
    assert_eq!(desk.usage().await, 2);
    assert_eq!(one_more(&desk, "a", Limit::AtMost(2)).await, Err(Some(2)));
    assert_eq!(one_more(&desk, "a", Limit::AtMost(3)).await, Ok(()));
    assert_eq!(desk.usage().await, 3);
}

/// And not more than its place.
pub async fn a_removed_key_pair_frees_its_place(subject: Subject) {
    let desk = Desk::new(&subject);
    let one = Limit::AtMost(1);
    assert_eq!(one_more(&desk, "a", one).await, Ok(()));
    desk.remove(&[by_name("a"), by_name("a")])
        .await
        .expect("it exists");
    assert_eq!(desk.usage().await, 0);
    assert_eq!(one_more(&desk, "b", one).await, Ok(()));
    assert_eq!(one_more(&desk, "c", one).await, Err(Some(1)));
}

/// Key pairs beyond a limit stay; more are refused until there is room.
pub async fn a_lowered_limit_keeps_what_is_there(subject: Subject) {
    let desk = Desk::new(&subject);
    for name in ["a", "b", "c"] {
        desk.put(name).await;
    }
    desk.set_limit(Some(Limit::AtMost(1))).await;
    assert_eq!(desk.usage().await, 3);
    assert_eq!(one_more(&desk, "d", Limit::Unlimited).await, Err(Some(1)));
    desk.remove(&[by_name("a"), by_name("b"), by_name("c")])
        .await
        .expect("all exist");
    assert_eq!(one_more(&desk, "d", Limit::AtMost(0)).await, Ok(()));
}

/// A look decides nothing and sees the same facts.
pub async fn a_look_sees_what_an_insert_would_find(subject: Subject) {
    let desk = Desk::new(&subject);
    let look = async |text: &str, quota: &QuotaRule| {
        let look = desk.store.look(&desk.scope, &name(text), quota).await;
        look.expect("the store answers")
    };
    let own = desk.own_quota(Limit::AtMost(1));
    let other = quota("project", Limit::AtMost(1));
    let excepted = QuotaRule {
        exception: Some(TenantId::new("user")),
        ..other.clone()
    };
    let nothing = Look {
        name_taken: false,
        used: 0,
        stored_limit: None,
    };
    assert_eq!(look("k", &own).await, nothing);
    assert_eq!(look("k", &excepted).await, nothing);

    desk.put("k").await;
    desk.in_partition("other").put("o").await;
    desk.set_limit(Some(Limit::Unlimited)).await;
    let project = desk.at("realm", "project", "");
    project.set_limit(Some(Limit::AtMost(7))).await;
    let taken = Look {
        name_taken: true,
        used: 2,
        stored_limit: Some(Limit::Unlimited),
    };
    assert_eq!(look("k", &own).await, taken);
    let free = Look {
        name_taken: false,
        used: 2,
        stored_limit: Some(Limit::AtMost(7)),
    };
    assert_eq!(look("o", &other).await, free);
    assert_eq!(look("o", &excepted).await, free);
    let user = desk.at("realm", "user", "");
    user.set_limit(Some(Limit::AtMost(9))).await;
    let own_limit = Look {
        stored_limit: Some(Limit::AtMost(9)),
        ..free
    };
    assert_eq!(look("o", &excepted).await, own_limit);
}
