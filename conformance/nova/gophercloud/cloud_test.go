// Package gophercloud drives gophercloud, unmodified, against a running gateway.
package gophercloud

import (
	"context"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
)

const (
	password = "keyglot-demo"
	demoID   = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0"
	demo2ID  = "d002d002d002d002d002d002d002d002"
	region   = "RegionOne"
)

// setting is what the caller of these tests passes; they cannot run without it.
func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set", name)
	}
	return value
}

// credentials logs a user in with the demo password, into the project of the same name.
func credentials(t *testing.T, user string) gophercloud.AuthOptions {
	return gophercloud.AuthOptions{
		IdentityEndpoint: setting(t, "KEYGLOT_URL") + "/identity/v3",
		Username:         user,
		Password:         password,
		DomainID:         "default",
		TenantName:       user,
	}
}

// logIn gives a client for all services.
func logIn(t *testing.T, options gophercloud.AuthOptions) *gophercloud.ProviderClient {
	t.Helper()
	provider, err := openstack.AuthenticatedClient(t.Context(), options)
	if err != nil {
		t.Fatalf("log-in: %v", err)
	}
	return provider
}

// computeOf gives compute as the catalogue leads to it, at a microversion ("" sends none).
func computeOf(t *testing.T, provider *gophercloud.ProviderClient, version string) *gophercloud.ServiceClient {
	t.Helper()
	client, err := openstack.NewComputeV2(provider, gophercloud.EndpointOpts{Region: region})
	if err != nil {
		t.Fatalf("compute: %v", err)
	}
	client.Microversion = version
	return client
}

// compute is computeOf for a demo user.
func compute(t *testing.T, user, version string) *gophercloud.ServiceClient {
	t.Helper()
	return computeOf(t, logIn(t, credentials(t, user)), version)
}

// newName makes a name that no other test uses.
func newName() string {
	return "go-" + strings.ToLower(rand.Text())
}

// newPublicKey makes an Ed25519 key in OpenSSH's form and its MD5 fingerprint.
func newPublicKey(t *testing.T) (line, fingerprint string) {
	t.Helper()
	key, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const kind = "ssh-ed25519"
	var blob []byte
	for _, field := range [][]byte{[]byte(kind), key} {
		blob = binary.BigEndian.AppendUint32(blob, uint32(len(field)))
		blob = append(blob, field...)
	}
	sum := md5.Sum(blob)
	pairs := make([]string, len(sum))
	for i, octet := range sum {
		pairs[i] = hex.EncodeToString([]byte{octet})
	}
	return kind + " " + base64.StdEncoding.EncodeToString(blob) + " me@example", strings.Join(pairs, ":")
}

// create makes a key pair that the test's end deletes.
func create(t *testing.T, client *gophercloud.ServiceClient, options keypairs.CreateOpts) *keypairs.KeyPair {
	t.Helper()
	made, err := keypairs.Create(t.Context(), client, options).Extract()
	if err != nil {
		t.Fatalf("create %q: %v", options.Name, err)
	}
	t.Cleanup(func() {
		// The test's own context is done by now.
		gone := keypairs.Delete(context.Background(), client, made.Name, keypairs.DeleteOpts{UserID: options.UserID})
		if gone.Err != nil && !gophercloud.ResponseCodeIs(gone.Err, 404) {
			t.Errorf("delete %q: %v", made.Name, gone.Err)
		}
	})
	return made
}

// refused demands an error of a status that shows the server's text.
func refused(t *testing.T, err error, status int, text string) {
	t.Helper()
	if !gophercloud.ResponseCodeIs(err, status) {
		t.Fatalf("got %v, want status %d", err, status)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q in it", err, text)
	}
}
