//! Accounts that were made at run time: notes in the store, seen by all replicas.
//!
//! Where a note stands follows from the name that must be unique, so that the store's own step
//! decides who gets the name. The first half of an identifier says where the note stands and the
//! second half is random: an account is found by id as it is by name, and one that is removed and
//! made again is another.

mod drawers;
mod records;

use std::sync::Arc;
use std::time::SystemTime;

use dialect_api::{Delegation, Project, User};
use keypair_core::ports::{Entropy, Store};
use keypair_core::{Error, Realm};

use drawers::{Drawer, Drawers, place_of, place_of_id};
use records::{DelegationRecord, OwnerRecord, ProjectRecord, RoleRecord, UserRecord};

/// Users by name, one drawer for all.
const USERS: &str = "users";
/// Projects by name, one drawer for all.
const PROJECTS: &str = "projects";
/// Whose a delegation is, by its id, one drawer for all: who comes with a delegation need not say.
const OWNERS: &str = "delegation-owners";
/// Delegations by name, one drawer a user.
const DELEGATIONS: &str = "delegations";
/// Roles by project and name, one drawer a user.
const ROLES: &str = "roles";

/// The accounts of one dialect that were made at run time.
pub(crate) struct Ledger {
    drawers: Drawers,
    entropy: Arc<dyn Entropy>,
}

impl Ledger {
    pub(crate) fn new(
        dialect: &str,
        realm: Realm,
        store: Arc<dyn Store>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            drawers: Drawers::new(dialect, realm, store),
            entropy,
        }
    }

    /// An id that has not been before, for what stands in that place.
    fn fresh_id(&self, place: &str) -> String {
        let random = self.entropy.bits128() & u128::from(u64::MAX);
        format!("{place}{random:016x}")
    }

    pub(crate) async fn user(&self, id: &str) -> Result<Option<User>, Error> {
        let Some(place) = place_of_id(id) else {
            return Ok(None);
        };
        let found: Option<UserRecord> = self.drawers.read(Drawer::All(USERS), place).await?;
        Ok(found.filter(|it| it.id == id).map(User::from))
    }

    pub(crate) async fn user_by_name(&self, name: &str) -> Result<Option<User>, Error> {
        let place = place_of(USERS, &[name]);
        let found: Option<UserRecord> = self.drawers.read(Drawer::All(USERS), &place).await?;
        Ok(found.filter(|it| it.name == name).map(User::from))
    }

    /// All users, by name.
    pub(crate) async fn users(&self) -> Result<Vec<User>, Error> {
        let found: Vec<UserRecord> = self.drawers.all(Drawer::All(USERS)).await?;
        let mut users: Vec<User> = found.into_iter().map(User::from).collect();
        users.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(users)
    }

    /// Gives the user an id and puts it there; `false` if the name is taken.
    pub(crate) async fn add_user(&self, user: &mut User, now: SystemTime) -> Result<bool, Error> {
        let place = place_of(USERS, &[&user.name]);
        user.id = self.fresh_id(&place);
        let record = UserRecord::from(&*user);
        let drawer = Drawer::All(USERS);
        self.drawers.add(drawer, &place, &record, now).await
    }

    /// Removes a user, and then what nobody can reach any more; whether there was one.
    pub(crate) async fn remove_user(&self, id: &str) -> Result<bool, Error> {
        let (Some(place), Some(_)) = (place_of_id(id), self.user(id).await?) else {
            return Ok(false);
        };
        if !self.drawers.remove(Drawer::All(USERS), place).await? {
            return Ok(false);
        }
        for delegation in self.delegations(id).await? {
            self.remove_delegation(id, &delegation.id).await?;
        }
        for (project, role) in self.roles(id).await? {
            self.remove_role(id, &project, &role).await?;
        }
        Ok(true)
    }

    pub(crate) async fn project(&self, id: &str) -> Result<Option<Project>, Error> {
        let Some(place) = place_of_id(id) else {
            return Ok(None);
        };
        let found: Option<ProjectRecord> = self.drawers.read(Drawer::All(PROJECTS), place).await?;
        Ok(found.filter(|it| it.id == id).map(Project::from))
    }

    pub(crate) async fn project_by_name(&self, name: &str) -> Result<Option<Project>, Error> {
        let place = place_of(PROJECTS, &[name]);
        let found: Option<ProjectRecord> = self.drawers.read(Drawer::All(PROJECTS), &place).await?;
        Ok(found.filter(|it| it.name == name).map(Project::from))
    }

    /// All projects, by name.
    pub(crate) async fn projects(&self) -> Result<Vec<Project>, Error> {
        let found: Vec<ProjectRecord> = self.drawers.all(Drawer::All(PROJECTS)).await?;
        let mut projects: Vec<Project> = found.into_iter().map(Project::from).collect();
        projects.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(projects)
    }

    /// Gives the project an id and puts it there; `false` if the name is taken.
    pub(crate) async fn add_project(
        &self,
        project: &mut Project,
        now: SystemTime,
    ) -> Result<bool, Error> {
        let place = place_of(PROJECTS, &[&project.name]);
        project.id = self.fresh_id(&place);
        let record = ProjectRecord::from(&*project);
        let drawer = Drawer::All(PROJECTS);
        self.drawers.add(drawer, &place, &record, now).await
    }

    /// Removes a project; whether there was one.
    pub(crate) async fn remove_project(&self, id: &str) -> Result<bool, Error> {
        let (Some(place), Some(_)) = (place_of_id(id), self.project(id).await?) else {
            return Ok(false);
        };
        self.drawers.remove(Drawer::All(PROJECTS), place).await
    }

    /// A user's roles: ids of projects, and names.
    pub(crate) async fn roles(&self, user_id: &str) -> Result<Vec<(String, String)>, Error> {
        let found: Vec<RoleRecord> = self.drawers.all(Drawer::User(ROLES, user_id)).await?;
        let mut roles: Vec<_> = found.into_iter().map(|it| (it.project, it.role)).collect();
        roles.sort();
        Ok(roles)
    }

    pub(crate) async fn add_role(
        &self,
        user_id: &str,
        project_id: &str,
        role: &str,
        now: SystemTime,
    ) -> Result<(), Error> {
        let place = place_of(ROLES, &[project_id, role]);
        let record = RoleRecord {
            project: project_id.to_owned(),
            role: role.to_owned(),
        };
        let drawer = Drawer::User(ROLES, user_id);
        // One that is there already is as good.
        self.drawers.add(drawer, &place, &record, now).await?;
        Ok(())
    }

    /// Takes a role away; whether the user had it.
    pub(crate) async fn remove_role(
        &self,
        user_id: &str,
        project_id: &str,
        role: &str,
    ) -> Result<bool, Error> {
        let place = place_of(ROLES, &[project_id, role]);
        let drawer = Drawer::User(ROLES, user_id);
        self.drawers.remove(drawer, &place).await
    }

    /// Takes all roles in a project from a user.
    pub(crate) async fn remove_roles_in(
        &self,
        user_id: &str,
        project_id: &str,
    ) -> Result<(), Error> {
        for (project, role) in self.roles(user_id).await? {
            if project == project_id {
                self.remove_role(user_id, &project, &role).await?;
            }
        }
        Ok(())
    }

    /// Whose delegation that is.
    pub(crate) async fn owner_of_delegation(&self, id: &str) -> Result<Option<String>, Error> {
        let found: Option<OwnerRecord> = match place_of_id(id) {
            Some(_) => self.drawers.read(Drawer::All(OWNERS), id).await?,
            None => None,
        };
        Ok(found.map(|owner| owner.user))
    }

    pub(crate) async fn delegation(
        &self,
        user_id: &str,
        id: &str,
    ) -> Result<Option<Delegation>, Error> {
        let Some(place) = place_of_id(id) else {
            return Ok(None);
        };
        let drawer = Drawer::User(DELEGATIONS, user_id);
        let found: Option<DelegationRecord> = self.drawers.read(drawer, place).await?;
        let found = found.filter(|it| it.id == id);
        Ok(found.map(|it| it.of_user(user_id)))
    }

    pub(crate) async fn delegation_by_name(
        &self,
        user_id: &str,
        name: &str,
    ) -> Result<Option<Delegation>, Error> {
        let place = place_of(DELEGATIONS, &[user_id, name]);
        let drawer = Drawer::User(DELEGATIONS, user_id);
        let found: Option<DelegationRecord> = self.drawers.read(drawer, &place).await?;
        let found = found.filter(|it| it.name == name);
        Ok(found.map(|it| it.of_user(user_id)))
    }

    /// A user's delegations, by name.
    pub(crate) async fn delegations(&self, user_id: &str) -> Result<Vec<Delegation>, Error> {
        let drawer = Drawer::User(DELEGATIONS, user_id);
        let found: Vec<DelegationRecord> = self.drawers.all(drawer).await?;
        let found = found.into_iter().map(|it| it.of_user(user_id));
        let mut delegations: Vec<Delegation> = found.collect();
        delegations.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(delegations)
    }

    /// Gives the delegation an id and puts it there; `false` if its user has one of that name.
    pub(crate) async fn add_delegation(
        &self,
        delegation: &mut Delegation,
        now: SystemTime,
    ) -> Result<bool, Error> {
        let place = place_of(DELEGATIONS, &[&delegation.user_id, &delegation.name]);
        delegation.id = self.fresh_id(&place);
        let owner = OwnerRecord {
            user: delegation.user_id.clone(),
        };
        let owners = Drawer::All(OWNERS);
        // First, because the other way round nobody could log in with what was just made; on its
        // own it leads nowhere.
        self.drawers
            .add(owners, &delegation.id, &owner, now)
            .await?;
        let record = DelegationRecord::from(&*delegation);
        let drawer = Drawer::User(DELEGATIONS, &delegation.user_id);
        let added = self.drawers.add(drawer, &place, &record, now).await?;
        if !added {
            self.drawers.remove(owners, &delegation.id).await?;
        }
        Ok(added)
    }

    /// Removes a user's delegation; whether there was one.
    pub(crate) async fn remove_delegation(&self, user_id: &str, id: &str) -> Result<bool, Error> {
        let found = self.delegation(user_id, id).await?;
        let (Some(place), Some(_)) = (place_of_id(id), found) else {
            return Ok(false);
        };
        let drawer = Drawer::User(DELEGATIONS, user_id);
        let removed = self.drawers.remove(drawer, place).await?;
        self.drawers.remove(Drawer::All(OWNERS), id).await?;
        Ok(removed)
    }
}
