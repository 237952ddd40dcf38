package tencent_test

import (
	"maps"
	"net"
	"strings"
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"
	tag "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/tag/v20180813"
)

// What a state of `tencentcloud_key_pair` holds.
type state struct {
	keyName   string
	publicKey string
	projectID int64
	tags      map[string]string
}

func (s state) equals(other state) bool {
	return s.keyName == other.keyName && s.publicKey == other.publicKey &&
		s.projectID == other.projectID && maps.Equal(s.tags, other.tags)
}

// provider makes the calls that the Terraform provider makes for that resource, with the same
// parameters in the same order, through the same SDK with the provider's settings: a root domain,
// TC3, POST, English.
type provider struct {
	t    *testing.T
	cvm  *cvm.Client
	tags *tag.Client
}

func newProvider(t *testing.T) provider {
	t.Helper()
	at := gateway(t)
	_, port, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	chosen := settings("", ways[0])
	chosen.Language = "en-US"
	chosen.HttpProfile.RootDomain = "example.test:" + port
	credential := common.NewCredential(demoID, demoKey)
	tags, err := tag.NewClient(credential, region, chosen)
	if err != nil {
		t.Fatal(err)
	}
	tags.WithHttpTransport(leadTo(at))
	pairs := newClient(t, chosen, demoID, demoKey)
	pairs.WithHttpTransport(leadTo(at))
	return provider{t, pairs, tags}
}

// create applies a new resource and gives its id.
func (p provider) create(wanted state) string {
	p.t.Helper()
	var keyID string
	if wanted.publicKey == "" {
		pair, err := create(p.cvm, wanted.keyName, wanted.projectID)
		if err != nil {
			p.t.Fatal(err)
		}
		keyID = *pair.KeyId
	} else {
		request := cvm.NewImportKeyPairRequest()
		request.KeyName, request.ProjectId = &wanted.keyName, &wanted.projectID
		request.PublicKey = &wanted.publicKey
		answer, err := p.cvm.ImportKeyPair(request)
		if err != nil {
			p.t.Fatal(err)
		}
		keyID = *answer.Response.KeyId
	}
	cleanUp(p.t, keyID)
	if len(wanted.tags) > 0 {
		p.modifyTags(keyID, wanted.tags, nil)
	}
	return keyID
}

func (p provider) modifyTags(keyID string, replace map[string]string, drop []string) {
	p.t.Helper()
	request := tag.NewModifyResourceTagsRequest()
	request.Resource = common.StringPtr("qcs::cvm:" + region + ":uin/:keypair/" + keyID)
	for key, value := range replace {
		request.ReplaceTags = append(request.ReplaceTags, &tag.Tag{TagKey: &key, TagValue: &value})
	}
	for _, key := range drop {
		request.DeleteTags = append(request.DeleteTags, &tag.TagKeyObject{TagKey: &key})
	}
	if _, err := p.tags.ModifyResourceTags(request); err != nil {
		p.t.Fatal(err)
	}
}

// read refreshes a state; false if the resource is gone.
func (p provider) read(keyID string) (state, bool) {
	p.t.Helper()
	pairs := found(p.t, p.cvm, byID(keyID)).KeyPairSet
	if len(pairs) == 0 {
		return state{}, false
	}
	fields := strings.Split(*pairs[0].PublicKey, " ")
	if len(fields) > 2 {
		fields = fields[:2]
	}
	return state{
		keyName:   *pairs[0].KeyName,
		publicKey: strings.Join(fields, " "),
		projectID: *pairs[0].ProjectId,
		tags:      p.readTags(keyID),
	}, true
}

// readTags pages until a page is not full.
func (p provider) readTags(keyID string) map[string]string {
	p.t.Helper()
	const limit = 20
	tags := map[string]string{}
	for offset := uint64(0); ; offset += limit {
		request := tag.NewDescribeResourceTagsByResourceIdsRequest()
		request.ServiceType = common.StringPtr("cvm")
		request.ResourcePrefix = common.StringPtr("keypair")
		request.ResourceIds = common.StringPtrs([]string{keyID})
		request.ResourceRegion = common.StringPtr(region)
		request.Offset, request.Limit = &offset, common.Uint64Ptr(limit)
		answer, err := p.tags.DescribeResourceTagsByResourceIds(request)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, found := range answer.Response.Tags {
			tags[*found.TagKey] = *found.TagValue
		}
		if len(answer.Response.Tags) < limit {
			return tags
		}
	}
}

// update applies a change of name and tags.
func (p provider) update(keyID string, old, wanted state) {
	p.t.Helper()
	if old.keyName != wanted.keyName {
		request := cvm.NewModifyKeyPairAttributeRequest()
		request.KeyId, request.KeyName = &keyID, &wanted.keyName
		if _, err := p.cvm.ModifyKeyPairAttribute(request); err != nil {
			p.t.Fatal(err)
		}
	}
	var drop []string
	for key := range old.tags {
		if _, kept := wanted.tags[key]; !kept {
			drop = append(drop, key)
		}
	}
	p.modifyTags(keyID, wanted.tags, drop)
}

// remove destroys the resource, after it has taken it off its instances.
func (p provider) remove(keyID string) {
	p.t.Helper()
	pair := found(p.t, p.cvm, byID(keyID)).KeyPairSet[0]
	if len(pair.AssociatedInstanceIds) > 0 {
		request := cvm.NewDisassociateInstancesKeyPairsRequest()
		request.KeyIds, request.InstanceIds = common.StringPtrs([]string{keyID}), pair.AssociatedInstanceIds
		if _, err := p.cvm.DisassociateInstancesKeyPairs(request); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := remove(p.cvm, keyID); err != nil {
		p.t.Fatal(err)
	}
}

// The plan is empty if what is read back is what was wanted.
func (p provider) planIsEmpty(keyID string, wanted state) {
	p.t.Helper()
	seen, isThere := p.read(keyID)
	if wanted.publicKey == "" {
		wanted.publicKey = seen.publicKey // computed
	}
	if !isThere || !seen.equals(wanted) {
		p.t.Fatalf("the plan is not empty: wanted %+v, read %+v", wanted, seen)
	}
}

func TestTerraformsCalls(t *testing.T) {
	twenty := map[string]string{"empty": ""}
	for letter := 'a'; letter <= 't'; letter++ {
		twenty[string(letter)] = "value of " + string(letter)
	}
	for what, first := range map[string]state{
		"generated":          {keyName: name(), tags: map[string]string{"team": "a", "old": "1", "未": "命名"}},
		"without tags":       {keyName: name(), projectID: 1001},
		"with pages of tags": {keyName: name(), tags: twenty},
		"with a public key":  {keyName: name(), publicKey: publicKey, tags: map[string]string{"k": "v"}},
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			keyID := p.create(first)
			p.planIsEmpty(keyID, first)
			second := first
			second.keyName, second.tags = name(), map[string]string{"team": "b", "new": ""}
			p.update(keyID, first, second)
			p.planIsEmpty(keyID, second)
			bind := cvm.NewAssociateInstancesKeyPairsRequest()
			bind.InstanceIds = common.StringPtrs([]string{"ins-0000000c"})
			bind.KeyIds = common.StringPtrs([]string{keyID})
			if _, err := p.cvm.AssociateInstancesKeyPairs(bind); err != nil {
				t.Fatal(err)
			}
			p.remove(keyID)
			if left, isThere := p.read(keyID); isThere {
				t.Errorf("left behind: %+v", left)
			}
			same(t, "the number of tags left", len(p.readTags(keyID)), 0)
		})
	}
}

// The typed tag client by every way, on one key pair.
func TestTagService(t *testing.T) {
	keyID := *made(t, client(t, ways[0]), name()).KeyId
	eachWay(t, func(t *testing.T, w way) {
		c, err := tag.NewClient(common.NewCredential(demoID, demoKey), region, settings(gateway(t), w))
		if err != nil {
			t.Fatal(err)
		}
		p := provider{t: t, tags: c}
		p.modifyTags(keyID, map[string]string{"a b": "x+y&z", "w": w.String()}, []string{"absent"})
		tags := p.readTags(keyID)
		same(t, "the tag a b", tags["a b"], "x+y&z")
		same(t, "the tag w", tags["w"], w.String())
		request := tag.NewModifyResourceTagsRequest()
		request.Resource = common.StringPtr("qcs::cvm:" + region + ":uin/:keypair/" + keyID)
		request.ReplaceTags = []*tag.Tag{{TagKey: common.StringPtr("k"), TagValue: common.StringPtr("v")}}
		request.DeleteTags = []*tag.TagKeyObject{{TagKey: common.StringPtr("k")}}
		_, err = c.ModifyResourceTags(request)
		fault(t, err, "InvalidParameterValue.DeleteTagsParamError")
	})
}
