// Package tencent_test drives a gateway with the vendor's Go SDK, unmodified.
//
// KEYGLOT_URL is the address of a gateway with the demo accounts and no rate limit.
// KEYGLOT_STRICT_URL is one whose quota is 1 key pair, that allows 2 calls a second, and that takes
// timestamps of up to 5 seconds ago.
package tencent_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"
)

const (
	demoID  = "AKIDkeyglotdemo00000000000000000000"
	demoKey = "keyglotdemosecretkey000000000000"
	region  = "ap-guangzhou"
	legacy  = "/v2/index.php"
)

// way is one way of signing and sending that the SDK has.
type way struct{ sign, method string }

var ways = []way{
	{"TC3-HMAC-SHA256", "POST"},
	{"TC3-HMAC-SHA256", "GET"},
	{"HmacSHA256", "POST"},
	{"HmacSHA256", "GET"},
	{"HmacSHA1", "POST"},
	{"HmacSHA1", "GET"},
}

func (w way) String() string { return w.sign + "-" + w.method }

// dropsEmptyText says whether the SDK leaves empty text out of what it sends.
func (w way) dropsEmptyText() bool { return w != ways[0] }

func eachWay(t *testing.T, check func(t *testing.T, w way)) {
	for _, w := range ways {
		t.Run(w.String(), func(t *testing.T) { check(t, w) })
	}
}

// eachWayAndEntry checks each way on the newer entry and on the legacy one.
func eachWayAndEntry(t *testing.T, check func(t *testing.T, c *cvm.Client)) {
	for _, path := range []string{"", legacy} {
		eachWay(t, func(t *testing.T, w way) {
			check(t, newClient(t, settings(gateway(t)+path, w), demoID, demoKey))
		})
	}
}

// address is the `host:port` of a gateway.
func address(t *testing.T, variable string) string {
	t.Helper()
	parsed, err := url.Parse(os.Getenv(variable))
	if err != nil || parsed.Host == "" {
		t.Fatalf("%s is no address: %q", variable, os.Getenv(variable))
	}
	return parsed.Host
}

func gateway(t *testing.T) string { return address(t, "KEYGLOT_URL") }

func settings(endpoint string, w way) *profile.ClientProfile {
	chosen := profile.NewClientProfile()
	chosen.SignMethod = w.sign
	chosen.HttpProfile.Scheme = "HTTP"
	chosen.HttpProfile.Endpoint = endpoint
	chosen.HttpProfile.ReqMethod = w.method
	return chosen
}

func newClient(t *testing.T, chosen *profile.ClientProfile, id, key string) *cvm.Client {
	t.Helper()
	client, err := cvm.NewClient(common.NewCredential(id, key), region, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// client calls the gateway as the first demo account.
func client(t *testing.T, w way) *cvm.Client {
	t.Helper()
	return newClient(t, settings(gateway(t), w), demoID, demoKey)
}

// leadTo sends every call to one address, whatever host it is for, as a name server would.
func leadTo(address string) http.RoundTripper {
	return &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
}

// name makes a name of a key pair that no earlier run has used.
func name() string {
	bytes := make([]byte, 8)
	_, _ = rand.Read(bytes)
	return "g_" + hex.EncodeToString(bytes)
}

func create(c *cvm.Client, keyName string, project int64, tags ...*cvm.Tag) (*cvm.KeyPair, error) {
	request := cvm.NewCreateKeyPairRequest()
	request.KeyName, request.ProjectId = &keyName, &project
	if tags != nil {
		request.TagSpecification = specification(tags)
	}
	answer, err := c.CreateKeyPair(request)
	if err != nil {
		return nil, err
	}
	return answer.Response.KeyPair, nil
}

func specification(tags []*cvm.Tag) []*cvm.TagSpecification {
	return []*cvm.TagSpecification{{ResourceType: common.StringPtr("keypair"), Tags: tags}}
}

// made creates a key pair that goes when the test ends.
func made(t *testing.T, c *cvm.Client, keyName string, tags ...*cvm.Tag) *cvm.KeyPair {
	t.Helper()
	found, err := create(c, keyName, 0, tags...)
	if err != nil {
		t.Fatal(err)
	}
	cleanUp(t, *found.KeyId)
	return found
}

func cleanUp(t *testing.T, keyID string) {
	t.Cleanup(func() {
		err := remove(client(t, ways[0]), keyID)
		var known *tcerr.TencentCloudSDKError
		if err != nil && !(errors.As(err, &known) && known.Code == "InvalidKeyPairId.NotFound") {
			t.Errorf("cannot delete %s: %v", keyID, err)
		}
	})
}

func remove(c *cvm.Client, ids ...string) error {
	request := cvm.NewDeleteKeyPairsRequest()
	request.KeyIds = common.StringPtrs(ids)
	_, err := c.DeleteKeyPairs(request)
	return err
}

func byID(ids ...string) *cvm.DescribeKeyPairsRequest {
	request := cvm.NewDescribeKeyPairsRequest()
	request.KeyIds = common.StringPtrs(ids)
	return request
}

func filter(filterName string, values ...string) *cvm.Filter {
	return &cvm.Filter{Name: &filterName, Values: common.StringPtrs(values)}
}

// found describes key pairs; the call must succeed.
func found(t *testing.T, c *cvm.Client, request *cvm.DescribeKeyPairsRequest) *cvm.DescribeKeyPairsResponseParams {
	t.Helper()
	answer, err := c.DescribeKeyPairs(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Response
}

// fault demands the SDK's own error with a code, and gives its message.
func fault(t *testing.T, err error, code string) string {
	t.Helper()
	var known *tcerr.TencentCloudSDKError
	if !errors.As(err, &known) {
		t.Fatalf("wanted %s, got %v", code, err)
	}
	if known.Code != code || known.RequestId == "" {
		t.Fatalf("wanted %s with a request id, got %v", code, err)
	}
	return known.Message
}

func same[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s is %v, not %v", what, got, wanted)
	}
}

// late holds every call back before it is sent, so that its timestamp is old when it arrives.
type late struct{ by time.Duration }

func (l late) RoundTrip(request *http.Request) (*http.Response, error) {
	time.Sleep(l.by)
	return http.DefaultTransport.RoundTrip(request)
}
