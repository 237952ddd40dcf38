package gophercloud

import (
	"context"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/limits"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/quotasets"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
	"github.com/gophercloud/gophercloud/v2/openstack/utils"
)

const demo2ProjectID = "0d020d020d020d020d020d020d020d02"

func identity(t *testing.T, provider *gophercloud.ProviderClient) *gophercloud.ServiceClient {
	t.Helper()
	client, err := openstack.NewIdentityV3(provider, gophercloud.EndpointOpts{Region: region})
	if err != nil {
		t.Fatalf("identity: %v", err)
	}
	return client
}

func TestAWrongPasswordIsRefused(t *testing.T) {
	options := credentials(t, "demo")
	options.Password = "wrong"
	_, err := openstack.AuthenticatedClient(t.Context(), options)
	refused(t, err, 401, "The request you have made requires authentication.")
}

func TestAUrlWithoutAVersionLeadsToVersion3(t *testing.T) {
	options := credentials(t, "demo")
	options.IdentityEndpoint = setting(t, "KEYGLOT_URL") + "/identity/"
	list(t, computeOf(t, logIn(t, options), ""), nil)
}

func TestMicroversionsAreDiscovered(t *testing.T) {
	client := compute(t, "demo", "")
	found, err := utils.GetSupportedMicroversions(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	if want := (utils.SupportedMicroversions{MaxMajor: 2, MaxMinor: 104, MinMajor: 2, MinMinor: 1}); found != want {
		t.Errorf("found %v, want %v", found, want)
	}
	chosen, err := utils.RequireMicroversion(t.Context(), *client, "2.35")
	if err != nil || chosen.Microversion != "2.35" {
		t.Errorf("chose %q: %v", chosen.Microversion, err)
	}
	client.Microversion = "2.999"
	_, err = keypairs.List(client, nil).AllPages(t.Context())
	refused(t, err, 406, "Version 2.999 is not supported by the API.")
}

func TestATokenIsLookedAtUsedAndRevoked(t *testing.T) {
	provider := logIn(t, credentials(t, "demo"))
	client := identity(t, provider)
	looked := tokens.Get(t.Context(), client, provider.Token())
	user, err := looked.ExtractUser()
	if err != nil || user.ID != demoID || user.Domain.ID != "default" {
		t.Errorf("the token's user is %+v: %v", user, err)
	}
	if project, err := looked.ExtractProject(); err != nil || project.Name != "demo" {
		t.Errorf("the token's project is %+v: %v", project, err)
	}
	if catalog, err := looked.ExtractServiceCatalog(); err != nil || len(catalog.Entries) < 2 {
		t.Errorf("the catalogue is %+v: %v", catalog, err)
	}

	options := gophercloud.AuthOptions{
		IdentityEndpoint: setting(t, "KEYGLOT_URL") + "/identity/v3",
		TokenID:          provider.Token(),
		// Without a scope gophercloud takes the token as it is and logs in no more.
		Scope: &gophercloud.AuthScope{ProjectName: "demo", DomainID: "default"},
	}
	second := logIn(t, options)
	compute := computeOf(t, second, "")
	list(t, compute, nil)
	if err := tokens.Revoke(t.Context(), client, second.Token()).Err; err != nil {
		t.Fatal(err)
	}
	_, err = keypairs.List(compute, nil).AllPages(t.Context())
	refused(t, err, 401, "The request you have made requires authentication.")
	if good, err := tokens.Validate(t.Context(), client, second.Token()); good || err != nil {
		t.Errorf("the revoked token is good: %v, %v", good, err)
	}
}

func TestAnApplicationCredentialLogsIn(t *testing.T) {
	options := gophercloud.AuthOptions{
		IdentityEndpoint:            setting(t, "KEYGLOT_TEAM_URL") + "/identity/v3",
		ApplicationCredentialID:     setting(t, "KEYGLOT_TEAM_CREDENTIAL"),
		ApplicationCredentialSecret: setting(t, "KEYGLOT_TEAM_SECRET"),
	}
	list(t, computeOf(t, logIn(t, options), ""), nil)

	options.ApplicationCredentialSecret = "wrong"
	_, err := openstack.AuthenticatedClient(t.Context(), options)
	refused(t, err, 401, "The request you have made requires authentication.")
}

func TestTheQuotaIsShownChangedAndKept(t *testing.T) {
	admin, member := compute(t, "admin", "2.10"), compute(t, "demo2", "2.10")
	room := len(list(t, member, nil)) + 2
	update := quotasets.UpdateOpts{KeyPairs: &room}
	changed, err := quotasets.Update(t.Context(), admin, demo2ProjectID, update).Extract()
	if err != nil || changed.KeyPairs != room {
		t.Fatalf("changed to %+v: %v", changed, err)
	}
	t.Cleanup(func() { quotasets.Delete(context.Background(), admin, demo2ProjectID) })
	shown, err := quotasets.Get(t.Context(), member, demo2ProjectID).Extract()
	if err != nil || shown.KeyPairs != room || shown.ID != demo2ProjectID {
		t.Errorf("shown %+v: %v", shown, err)
	}
	limited, err := limits.Get(t.Context(), member, nil).Extract()
	if err != nil || limited.Absolute.MaxTotalKeypairs != room {
		t.Errorf("limits %+v: %v", limited, err)
	}
	for range 2 {
		line, _ := newPublicKey(t)
		create(t, member, keypairs.CreateOpts{Name: newName(), PublicKey: line})
	}
	_, err = keypairs.Create(t.Context(), member, keypairs.CreateOpts{Name: newName()}).Extract()
	refused(t, err, 403, "Quota exceeded, too many key pairs.")
	_, err = quotasets.Update(t.Context(), member, demo2ProjectID, update).Extract()
	refused(t, err, 403, "os-quota-sets:update")

	if err := quotasets.Delete(t.Context(), admin, demo2ProjectID).Err; err != nil {
		t.Fatal(err)
	}
	detail, err := quotasets.GetDetail(t.Context(), member, demo2ProjectID).Extract()
	if err != nil || detail.KeyPairs.Limit != 100 {
		t.Errorf("detail %+v: %v", detail, err)
	}
}
