package gophercloud

import (
	"slices"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/quotasets"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/applicationcredentials"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/projects"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/roles"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/users"
)

func TestAnApplicationCredentialIsMadeAndDeleted(t *testing.T) {
	client := identity(t, logIn(t, credentials(t, "demo")))
	name := newName()
	made, err := applicationcredentials.Create(t.Context(), client, demoID, applicationcredentials.CreateOpts{
		Name:  name,
		Roles: []applicationcredentials.Role{{Name: "reader"}},
	}).Extract()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := applicationcredentials.List(client, demoID, nil).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	listed, err := applicationcredentials.ExtractApplicationCredentials(pages)
	isIt := func(one applicationcredentials.ApplicationCredential) bool { return one.ID == made.ID }
	if err != nil || !slices.ContainsFunc(listed, isIt) {
		t.Errorf("listed %+v: %v", listed, err)
	}
	shown, err := applicationcredentials.Get(t.Context(), client, demoID, made.ID).Extract()
	if err != nil || shown.Name != name || shown.Secret != "" {
		t.Errorf("shown %+v: %v", shown, err)
	}

	options := gophercloud.AuthOptions{
		IdentityEndpoint:            setting(t, "KEYGLOT_URL") + "/identity/v3",
		ApplicationCredentialID:     made.ID,
		ApplicationCredentialSecret: made.Secret,
	}
	compute := computeOf(t, logIn(t, options), "")
	list(t, compute, nil)
	if err := applicationcredentials.Delete(t.Context(), client, demoID, made.ID).ExtractErr(); err != nil {
		t.Fatal(err)
	}
	_, err = keypairs.List(compute, nil).AllPages(t.Context())
	refused(t, err, 401, "The request you have made requires authentication.")
	_, err = openstack.AuthenticatedClient(t.Context(), options)
	refused(t, err, 404, "Could not find Application Credential")
}

// A user and a project that an administrator makes while the gateway runs.
func TestAUserThatWasMadeHasKeyPairs(t *testing.T) {
	url := setting(t, "KEYGLOT_ADMINISTERED_URL") + "/identity/v3"
	options := credentials(t, "admin")
	options.IdentityEndpoint = url
	administrator := logIn(t, options)
	client := identity(t, administrator)

	name := newName()
	project, err := projects.Create(t.Context(), client, projects.CreateOpts{Name: name, DomainID: "default"}).Extract()
	if err != nil {
		t.Fatal(err)
	}
	user, err := users.Create(t.Context(), client, users.CreateOpts{
		Name: name, DomainID: "default", Password: "its own", DefaultProjectID: project.ID,
	}).Extract()
	if err != nil {
		t.Fatal(err)
	}
	_, err = users.Create(t.Context(), client, users.CreateOpts{Name: name, DomainID: "default"}).Extract()
	refused(t, err, 409, "Duplicate entry found with name "+name)

	pages, err := roles.List(client, roles.ListOpts{Name: "member"}).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, err := roles.ExtractRoles(pages)
	if err != nil || len(found) != 1 {
		t.Fatalf("the role is %+v: %v", found, err)
	}
	assignment := roles.AssignOpts{UserID: user.ID, ProjectID: project.ID}
	if err := roles.Assign(t.Context(), client, found[0].ID, assignment).ExtractErr(); err != nil {
		t.Fatal(err)
	}

	options = gophercloud.AuthOptions{IdentityEndpoint: url, Username: name, Password: "its own", DomainID: "default", TenantID: project.ID}
	member := computeOf(t, logIn(t, options), "2.10")
	if err := keypairs.Create(t.Context(), member, keypairs.CreateOpts{Name: "k1"}).Err; err != nil {
		t.Fatal(err)
	}
	admin := computeOf(t, administrator, "2.10")
	if names := list(t, admin, keypairs.ListOpts{UserID: user.ID}); !slices.Equal(names, []string{"k1"}) {
		t.Errorf("the administrator lists %v", names)
	}
	one := 1
	if err := quotasets.Update(t.Context(), admin, project.ID, quotasets.UpdateOpts{KeyPairs: &one}).Err; err != nil {
		t.Fatal(err)
	}
	_, err = keypairs.Create(t.Context(), member, keypairs.CreateOpts{Name: "k2"}).Extract()
	refused(t, err, 403, "Quota exceeded, too many key pairs.")
	if err := keypairs.Delete(t.Context(), member, "k1", nil).ExtractErr(); err != nil {
		t.Fatal(err)
	}

	if err := users.Delete(t.Context(), client, user.ID).ExtractErr(); err != nil {
		t.Fatal(err)
	}
	_, err = openstack.AuthenticatedClient(t.Context(), options)
	refused(t, err, 401, "The request you have made requires authentication.")
	if err := projects.Delete(t.Context(), client, project.ID).ExtractErr(); err != nil {
		t.Fatal(err)
	}
	_, err = projects.Get(t.Context(), client, project.ID).Extract()
	refused(t, err, 404, "Could not find project")
}
