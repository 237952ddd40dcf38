package gophercloud

import (
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
)

// page asks for a part of a list; gophercloud takes any type that spells a query.
type page struct {
	limit  int
	marker string
	userID string
}

func (p page) ToKeyPairListQuery() (string, error) {
	query := url.Values{"limit": {strconv.Itoa(p.limit)}}
	if p.marker != "" {
		query.Set("marker", p.marker)
	}
	if p.userID != "" {
		query.Set("user_id", p.userID)
	}
	return "?" + query.Encode(), nil
}

// list gives the names that a list holds, in its order.
func list(t *testing.T, client *gophercloud.ServiceClient, options keypairs.ListOptsBuilder) []string {
	t.Helper()
	pages, err := keypairs.List(client, options).AllPages(t.Context())
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	pairs, err := keypairs.ExtractKeyPairs(pages)
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	var names []string
	for _, pair := range pairs {
		names = append(names, pair.Name)
	}
	return names
}

func TestAKeyPairIsGeneratedListedShownAndDeleted(t *testing.T) {
	for _, version := range []string{"", "2.2", "2.10", "2.91"} {
		t.Run("microversion "+version, func(t *testing.T) {
			client := compute(t, "demo", version)
			made := create(t, client, keypairs.CreateOpts{Name: newName()})
			block, rest := pem.Decode([]byte(made.PrivateKey))
			if block == nil || len(rest) > 0 {
				t.Fatalf("the private key is not one PEM block")
			}
			key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			if err != nil || key.N.BitLen() != 2048 {
				t.Fatalf("the private key is not RSA of 2048 bits in PKCS#1: %v", err)
			}
			if made.UserID != demoID || !strings.HasPrefix(made.PublicKey, "ssh-rsa ") {
				t.Errorf("made %+v", made)
			}
			shown, err := keypairs.Get(t.Context(), client, made.Name, nil).Extract()
			if err != nil {
				t.Fatal(err)
			}
			if shown.PublicKey != made.PublicKey || shown.Fingerprint != made.Fingerprint || shown.PrivateKey != "" {
				t.Errorf("shown %+v, made %+v", shown, made)
			}
			if want := map[bool]string{true: "", false: "ssh"}[version == ""]; shown.Type != want {
				t.Errorf("the type is %q, want %q", shown.Type, want)
			}
			if !slices.Contains(list(t, client, nil), made.Name) {
				t.Errorf("%q is not in the list", made.Name)
			}
			if err := keypairs.Delete(t.Context(), client, made.Name, nil).ExtractErr(); err != nil {
				t.Fatal(err)
			}
			_, err = keypairs.Get(t.Context(), client, made.Name, nil).Extract()
			refused(t, err, 404, "Keypair "+made.Name+" not found for user "+demoID)
		})
	}
}

func TestAPublicKeyIsImported(t *testing.T) {
	for _, version := range []string{"", "2.2", "2.92", "2.104"} {
		t.Run("microversion "+version, func(t *testing.T) {
			line, fingerprint := newPublicKey(t)
			made := create(t, compute(t, "demo", version), keypairs.CreateOpts{Name: newName(), PublicKey: line})
			if made.PublicKey != line || made.Fingerprint != fingerprint || made.PrivateKey != "" {
				t.Errorf("made %+v", made)
			}
		})
	}
}

func TestAListComesInPages(t *testing.T) {
	client := compute(t, "demo", "2.35")
	prefix := newName()
	var made []string
	for _, suffix := range []string{"a", "b", "c", "d", "e"} {
		line, _ := newPublicKey(t)
		pair := create(t, client, keypairs.CreateOpts{Name: prefix + suffix, PublicKey: line})
		made = append(made, pair.Name)
	}
	whole := list(t, client, nil)
	var found []string
	for marker := ""; ; {
		names := list(t, client, page{limit: 2, marker: marker})
		if len(names) == 0 {
			break
		}
		if len(names) > 2 {
			t.Fatalf("a page of %d", len(names))
		}
		found = append(found, names...)
		marker = names[len(names)-1]
	}
	if !slices.Equal(found, whole) {
		t.Errorf("pages hold %v, the list %v", found, whole)
	}
	for _, name := range made {
		if !slices.Contains(found, name) {
			t.Errorf("%q is on no page", name)
		}
	}
	_, err := keypairs.List(client, page{limit: 2, marker: "nosuch"}).AllPages(t.Context())
	refused(t, err, 400, "Marker nosuch could not be found.")
}

func TestWhatUsersMeetWhenTheyErr(t *testing.T) {
	client := compute(t, "demo", "2.10")
	line, _ := newPublicKey(t)
	made := create(t, client, keypairs.CreateOpts{Name: newName(), PublicKey: line})
	cases := map[string]struct {
		options keypairs.CreateOpts
		status  int
		text    string
	}{
		"a taken name": {
			keypairs.CreateOpts{Name: made.Name},
			409, "Key pair '" + made.Name + "' already exists.",
		},
		"a bad key": {
			keypairs.CreateOpts{Name: newName(), PublicKey: "ssh-rsa AAAA"},
			400, "Keypair data is invalid: failed to generate fingerprint",
		},
		"a bad name": {
			keypairs.CreateOpts{Name: "a/b"},
			400, "Invalid input for field/attribute name.",
		},
		"another user": {
			keypairs.CreateOpts{Name: newName(), PublicKey: line, UserID: demo2ID},
			403, "Policy doesn't allow os_compute_api:os-keypairs:create to be performed.",
		},
	}
	for name, wrong := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := keypairs.Create(t.Context(), client, wrong.options).Extract()
			refused(t, err, wrong.status, wrong.text)
		})
	}
	err := keypairs.Delete(t.Context(), client, newName(), nil).ExtractErr()
	refused(t, err, 404, "not found for user "+demoID)
}

func TestAnAdministratorReachesOtherUsers(t *testing.T) {
	admin := compute(t, "admin", "2.35")
	line, _ := newPublicKey(t)
	made := create(t, admin, keypairs.CreateOpts{Name: newName(), PublicKey: line, UserID: demo2ID})
	if made.UserID != demo2ID {
		t.Errorf("made %+v", made)
	}
	if names := list(t, compute(t, "demo2", ""), nil); !slices.Contains(names, made.Name) {
		t.Errorf("its owner lists %v", names)
	}
	if names := list(t, admin, keypairs.ListOpts{UserID: demo2ID}); !slices.Contains(names, made.Name) {
		t.Errorf("the administrator lists %v", names)
	}
	if names := list(t, admin, page{limit: 1000, userID: demo2ID}); !slices.Contains(names, made.Name) {
		t.Errorf("the administrator's page holds %v", names)
	}
	if names := list(t, admin, nil); slices.Contains(names, made.Name) {
		t.Errorf("the administrator's own list holds it: %v", names)
	}
	member := compute(t, "demo", "2.10")
	_, err := keypairs.Get(t.Context(), member, made.Name, keypairs.GetOpts{UserID: demo2ID}).Extract()
	refused(t, err, 403, "os-keypairs:show")
	_, err = keypairs.List(member, keypairs.ListOpts{UserID: demo2ID}).AllPages(t.Context())
	refused(t, err, 403, "os-keypairs:index")
	err = keypairs.Delete(t.Context(), member, made.Name, keypairs.DeleteOpts{UserID: demo2ID}).ExtractErr()
	refused(t, err, 403, "os-keypairs:delete")
	gone := keypairs.Delete(t.Context(), admin, made.Name, keypairs.DeleteOpts{UserID: demo2ID})
	if gone.Err != nil {
		t.Error(gone.Err)
	}
}
