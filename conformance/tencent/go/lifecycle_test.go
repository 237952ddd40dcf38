package tencent_test

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"
)

// The public key of the vendor's own sample.
const publicKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDP0Yw2T4itUKOJQIK69c1Asy1UO88cxEbujR5Jbr0e/" +
	"Ey1v4ZKAUzDnsBnFlf4hKPA1YvMB8RBYj4GcLtM7PrKnBNNram8rgl73X/klOO8oqKv+J/XUA7KHH1Y6wcn1RTRTMdDHbGh" +
	"W1q/UpfeylNTbf+wEIWhEfaL5FKQm4hqCw=="

func TestWholeLife(t *testing.T) {
	eachWayAndEntry(t, func(t *testing.T, c *cvm.Client) {
		keyName := name()
		tags := []*cvm.Tag{
			{Key: common.StringPtr("a b"), Value: common.StringPtr("x+y&z<>'~*")},
			{Key: common.StringPtr("empty"), Value: common.StringPtr("")},
			{Key: common.StringPtr("未"), Value: common.StringPtr("命名")},
		}
		created := made(t, c, keyName, tags...)
		checkCreated(t, created, keyName)
		seen := found(t, c, byID(*created.KeyId))
		same(t, "the count", *seen.TotalCount, 1)
		pair := seen.KeyPairSet[0]
		same(t, "the public key", *pair.PublicKey, *created.PublicKey)
		same(t, "whether the private key is there", pair.PrivateKey != nil, false)
		for at, tag := range pair.Tags {
			same(t, "a tag's key", *tag.Key, *tags[at].Key)
			same(t, "a tag's value", *tag.Value, *tags[at].Value)
		}
		rename(t, c, *created.KeyId)
		bindAndFree(t, c, *created.KeyId)
		if err := remove(c, *created.KeyId); err != nil {
			t.Fatal(err)
		}
		same(t, "the count after the end", *found(t, c, byID(*created.KeyId)).TotalCount, 0)
	})
}

func checkCreated(t *testing.T, pair *cvm.KeyPair, keyName string) {
	t.Helper()
	same(t, "the name", *pair.KeyName, keyName)
	same(t, "the project", *pair.ProjectId, 0)
	same(t, "the description", *pair.Description, "")
	for _, shape := range []struct{ text, pattern string }{
		{*pair.KeyId, `^skey-[a-z0-9]{8}$`},
		{*pair.CreatedTime, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`},
		{*pair.PublicKey, `^ssh-rsa [A-Za-z0-9+/]+=* skey_\d{6,}$`},
		{*pair.PrivateKey, `^-----BEGIN RSA PRIVATE KEY-----\n[^-]+-----END RSA PRIVATE KEY-----\n$`},
	} {
		if !regexp.MustCompile(shape.pattern).MatchString(shape.text) {
			t.Errorf("%q has not the shape %s", shape.text, shape.pattern)
		}
	}
}

func rename(t *testing.T, c *cvm.Client, keyID string) {
	t.Helper()
	request := cvm.NewModifyKeyPairAttributeRequest()
	other, text := name(), "any text, 密, up to 60"
	request.KeyId, request.KeyName, request.Description = &keyID, &other, &text
	if _, err := c.ModifyKeyPairAttribute(request); err != nil {
		t.Fatal(err)
	}
	pair := found(t, c, byID(keyID)).KeyPairSet[0]
	same(t, "the new name", *pair.KeyName, other)
	same(t, "the new description", *pair.Description, text)
}

func bindAndFree(t *testing.T, c *cvm.Client, keyID string) {
	t.Helper()
	instances := []string{"ins-0000000a", "ins-0000000b"}
	bind := cvm.NewAssociateInstancesKeyPairsRequest()
	bind.InstanceIds, bind.KeyIds = common.StringPtrs(instances), common.StringPtrs([]string{keyID})
	bind.ForceStop = common.BoolPtr(true)
	if _, err := c.AssociateInstancesKeyPairs(bind); err != nil {
		t.Fatal(err)
	}
	pair := found(t, c, byID(keyID)).KeyPairSet[0]
	if bound := common.StringValues(pair.AssociatedInstanceIds); !slices.Equal(bound, instances) {
		t.Errorf("bound to %v", bound)
	}
	fault(t, remove(c, keyID), "InvalidParameterValue.KeyPairNotSupported")
	free := cvm.NewDisassociateInstancesKeyPairsRequest()
	free.InstanceIds, free.KeyIds = bind.InstanceIds, bind.KeyIds
	if _, err := c.DisassociateInstancesKeyPairs(free); err != nil {
		t.Fatal(err)
	}
}

func TestImport(t *testing.T) {
	eachWayAndEntry(t, func(t *testing.T, c *cvm.Client) {
		request := cvm.NewImportKeyPairRequest()
		keyName := name()
		request.KeyName, request.ProjectId = &keyName, common.Int64Ptr(1001)
		request.PublicKey = common.StringPtr(publicKey + " me@example.test")
		request.TagSpecification = specification([]*cvm.Tag{{
			Key: common.StringPtr("k"), Value: common.StringPtr("v"),
		}})
		answer, err := c.ImportKeyPair(request)
		if err != nil {
			t.Fatal(err)
		}
		cleanUp(t, *answer.Response.KeyId)
		pair := found(t, c, byID(*answer.Response.KeyId)).KeyPairSet[0]
		same(t, "the public key", *pair.PublicKey, publicKey+" me@example.test")
		same(t, "the project", *pair.ProjectId, 1001)
		same(t, "the tag", *pair.Tags[0].Key+"="+*pair.Tags[0].Value, "k=v")
		again := cvm.NewImportKeyPairRequest()
		another := name()
		again.KeyName, again.ProjectId, again.PublicKey = &another, request.ProjectId, request.PublicKey
		_, err = c.ImportKeyPair(again)
		fault(t, err, "InvalidPublicKey.Duplicate")
	})
}

func TestPagesAndFilters(t *testing.T) {
	mark := name()
	var ids []string
	for n := range 5 {
		tag := &cvm.Tag{Key: common.StringPtr("mark"), Value: &mark}
		ids = append(ids, *made(t, client(t, ways[0]), fmt.Sprintf("%s_%d", mark, n), tag).KeyId)
	}
	slices.Sort(ids)
	eachWay(t, func(t *testing.T, w way) {
		c := client(t, w)
		ask := func(offset, limit int64, filters ...*cvm.Filter) *cvm.DescribeKeyPairsResponseParams {
			request := cvm.NewDescribeKeyPairsRequest()
			request.Filters, request.Offset, request.Limit = filters, &offset, &limit
			return found(t, c, request)
		}
		var paged []string
		for _, offset := range []int64{0, 2, 4} {
			page := ask(offset, 2, filter("key-name", mark))
			same(t, "the count", *page.TotalCount, 5)
			for _, pair := range page.KeyPairSet {
				paged = append(paged, *pair.KeyId)
			}
		}
		slices.Sort(paged)
		if !slices.Equal(paged, ids) {
			t.Errorf("the pages hold %v, not %v", paged, ids)
		}
		both := []*cvm.Filter{filter("tag:mark", "x", mark), filter("tag-key", "mark")}
		same(t, "the count by tags", *ask(0, 100, both...).TotalCount, 5)
		same(t, "the count of none", *ask(0, 100, both[0], filter("tag-value", "x")).TotalCount, 0)
		same(t, "the count by project", *ask(0, 100, both[0], filter("project-id", "1001")).TotalCount, 0)
		_, err := c.DescribeKeyPairs(&cvm.DescribeKeyPairsRequest{
			BaseRequest: cvm.NewDescribeKeyPairsRequest().BaseRequest,
			KeyIds:      common.StringPtrs(ids),
			Filters:     both,
		})
		fault(t, err, "InvalidParameter")
	})
}

func TestEndpoints(t *testing.T) {
	at := gateway(t)
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	eachWay(t, func(t *testing.T, w way) {
		t.Run("with a path", func(t *testing.T) {
			c := newClient(t, settings(at+legacy, w), demoID, demoKey)
			checkRequestID(t, c, true)
		})
		t.Run("a name without port", func(t *testing.T) {
			c := newClient(t, settings("cvm.tencentcloudapi.com", w), demoID, demoKey)
			c.WithHttpTransport(leadTo(at))
			checkRequestID(t, c, false)
		})
		t.Run("a root domain", func(t *testing.T) {
			chosen := settings("", w)
			chosen.HttpProfile.RootDomain = "example.test:" + port
			c := newClient(t, chosen, demoID, demoKey)
			c.WithHttpTransport(leadTo(at))
			checkRequestID(t, c, false)
		})
		t.Run("an API gateway", func(t *testing.T) {
			chosen := settings("", w)
			chosen.HttpProfile.ApigwEndpoint = at
			checkRequestID(t, newClient(t, chosen, demoID, demoKey), false)
		})
		t.Run("without region", func(t *testing.T) {
			credential := common.NewCredential(demoID, demoKey)
			c, err := cvm.NewClient(credential, "", settings(at, w))
			if err != nil {
				t.Fatal(err)
			}
			checkRequestID(t, c, false)
		})
		t.Run("an unsigned body", func(t *testing.T) {
			chosen := settings(at, w)
			chosen.UnsignedPayload = true
			checkRequestID(t, newClient(t, chosen, demoID, demoKey), false)
		})
		t.Run("a token that nobody asked for", func(t *testing.T) {
			credential := common.NewTokenCredential(demoID, demoKey, "session")
			c, err := cvm.NewClient(credential, region, settings(at, w))
			if err != nil {
				t.Fatal(err)
			}
			checkRequestID(t, c, false)
		})
	})
}

// checkRequestID calls, and demands that the request id is spelled as on the legacy entry or as on
// the newer one.
func checkRequestID(t *testing.T, c *cvm.Client, upper bool) {
	t.Helper()
	request := cvm.NewDescribeKeyPairsRequest()
	request.Limit = common.Int64Ptr(1)
	id := *found(t, c, request).RequestId
	wanted := strings.ToLower(id)
	if upper {
		wanted = strings.ToUpper(id)
	}
	same(t, "the request id", id, wanted)
}

func TestRegionsAndZones(t *testing.T) {
	eachWayAndEntry(t, func(t *testing.T, c *cvm.Client) {
		regions, err := c.DescribeRegions(cvm.NewDescribeRegionsRequest())
		if err != nil {
			t.Fatal(err)
		}
		isThere := slices.ContainsFunc(regions.Response.RegionSet, func(found *cvm.RegionInfo) bool {
			return *found.Region == region && *found.RegionState == "AVAILABLE"
		})
		same(t, "whether the region is there", isThere, true)
		zones, err := c.DescribeZones(cvm.NewDescribeZonesRequest())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the first zone", *zones.Response.ZoneSet[0].Zone, region+"-1")
	})
}
