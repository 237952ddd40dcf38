//! How many key pairs a tenant may have.

use keypair_core::ports::Look;
use keypair_core::{Limit, TenantId};

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
    let look = async |text: &str, holder: &str| {
        let holder = TenantId::new(holder);
        let look = desk.store.look(&desk.scope, &name(text), &holder).await;
        look.expect("the store answers")
    };
    let nothing = Look {
        name_taken: false,
        used: 0,
        stored_limit: None,
    };
    assert_eq!(look("k", "tenant").await, nothing);

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
    assert_eq!(look("k", "tenant").await, taken);
    let free = Look {
        name_taken: false,
        used: 2,
        stored_limit: Some(Limit::AtMost(7)),
    };
    assert_eq!(look("o", "project").await, free);
}
