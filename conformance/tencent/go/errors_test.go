package tencent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"
)

func TestFaultsOfCredentials(t *testing.T) {
	eachWay(t, func(t *testing.T, w way) {
		_, err := create(newClient(t, settings(gateway(t), w), demoID, "another key"), name(), 0)
		text := fault(t, err, "AuthFailure.SignatureFailure")
		same(t, "the message", text, "The provided credentials could not be validated. "+
			"Please check your signature is correct.")
		_, err = create(newClient(t, settings(gateway(t), w), "AKIDnobody", demoKey), name(), 0)
		text = fault(t, err, "AuthFailure.SecretIdNotFound")
		same(t, "the message", text,
			"The SecretId is not found, please ensure that your SecretId is correct.")
	})
}

func TestAnOldTimestamp(t *testing.T) {
	eachWay(t, func(t *testing.T, w way) {
		t.Parallel()
		c := newClient(t, settings(address(t, "KEYGLOT_STRICT_URL"), w), demoID, demoKey)
		c.WithHttpTransport(late{7 * time.Second})
		_, err := create(c, name(), 0)
		text := fault(t, err, "AuthFailure.SignatureExpire")
		if !strings.HasPrefix(text, "Signature expired. Please use local time and enable NTP service") {
			t.Error(text)
		}
	})
}

func TestFaultsOfNames(t *testing.T) {
	eachWay(t, func(t *testing.T, w way) {
		c := client(t, w)
		taken := name()
		made(t, c, taken)
		long := strings.Repeat("a", 26)
		for _, wrong := range []struct{ keyName, code, text string }{
			{taken, "InvalidKeyPairName.Duplicate",
				"The specified key pair name `" + taken + "` already exists."},
			{long, "InvalidKeyPairNameTooLong",
				"The specified key pair name `" + long + "` is too long, more than `25` characters."},
			{"my-key", "InvalidKeyPairNameIncludeIllegalChar",
				"The specified key pair name `my-key` is include illegal character `-`."},
			{"密 钥", "InvalidKeyPairNameIncludeIllegalChar",
				"The specified key pair name `密 钥` is include illegal character `密`."},
		} {
			_, err := create(c, wrong.keyName, 0)
			same(t, "the message", fault(t, err, wrong.code), wrong.text)
		}
		_, err := create(c, "", 0)
		if w.dropsEmptyText() {
			text := fault(t, err, "MissingParameter")
			same(t, "the message", text, "The request is missing a required parameter `KeyName`.")
		} else {
			fault(t, err, "InvalidKeyPairNameEmpty")
		}
	})
}

// A call as the SDK generates them, but with a parameter that the cloud's has not.
type strangeRequest struct {
	*tchttp.BaseRequest
	KeyName   *string `json:"KeyName,omitnil,omitempty" name:"KeyName"`
	ProjectId *int64  `json:"ProjectId,omitnil,omitempty" name:"ProjectId"`
	DryRun    *bool   `json:"DryRun,omitnil,omitempty" name:"DryRun"`
}

func TestFaultsOfParameters(t *testing.T) {
	eachWay(t, func(t *testing.T, w way) {
		c := client(t, w)
		missing := cvm.NewCreateKeyPairRequest()
		missing.KeyName = common.StringPtr("a")
		_, err := c.CreateKeyPair(missing)
		same(t, "the message", fault(t, err, "MissingParameter"),
			"The request is missing a required parameter `ProjectId`.")
		strange := &strangeRequest{BaseRequest: &tchttp.BaseRequest{}}
		strange.Init().WithApiInfo("cvm", "2017-03-12", "CreateKeyPair")
		strange.KeyName, strange.ProjectId = common.StringPtr("a"), common.Int64Ptr(0)
		strange.DryRun = common.BoolPtr(true)
		err = c.Send(strange, cvm.NewCreateKeyPairResponse())
		same(t, "the message", fault(t, err, "UnknownParameter"),
			"The parameter `DryRun` is not recognized.")
		_, err = create(c, name(), 7)
		same(t, "the message", fault(t, err, "InvalidProjectId.NotFound"),
			"The specified project id `7` does not exist.")
	})
}

func TestFaultsOfOtherActions(t *testing.T) {
	eachWay(t, func(t *testing.T, w way) {
		c := client(t, w)
		wrong := func(code string, change func(*cvm.DescribeKeyPairsRequest)) {
			t.Helper()
			request := cvm.NewDescribeKeyPairsRequest()
			change(request)
			_, err := c.DescribeKeyPairs(request)
			fault(t, err, code)
		}
		wrong("InvalidFilter", func(r *cvm.DescribeKeyPairsRequest) {
			r.Filters = []*cvm.Filter{filter("colour", "x")}
		})
		wrong("InvalidFilterValue.LimitExceeded", func(r *cvm.DescribeKeyPairsRequest) {
			r.Filters = []*cvm.Filter{filter("key-name", "1", "2", "3", "4", "5", "6")}
		})
		wrong("InvalidParameterValueLimit", func(r *cvm.DescribeKeyPairsRequest) {
			r.Limit = common.Int64Ptr(101)
		})
		wrong("InvalidParameterValueOffset", func(r *cvm.DescribeKeyPairsRequest) {
			r.Offset = common.Int64Ptr(-1)
		})
		wrong("InvalidKeyPairId.Malformed", func(r *cvm.DescribeKeyPairsRequest) {
			r.KeyIds = common.StringPtrs([]string{"skey-1"})
		})
		fault(t, remove(c, "skey-zzzzzzzz"), "InvalidKeyPairId.NotFound")
		fault(t, remove(c), "MissingParameter")
		unknown := &strangeRequest{BaseRequest: &tchttp.BaseRequest{}}
		unknown.Init().WithApiInfo("cvm", "2017-03-12", "RunNothing")
		fault(t, c.Send(unknown, cvm.NewCreateKeyPairResponse()), "InvalidAction")
		other := &strangeRequest{BaseRequest: &tchttp.BaseRequest{}}
		other.Init().WithApiInfo("cvm", "2016-01-01", "CreateKeyPair")
		fault(t, c.Send(other, cvm.NewCreateKeyPairResponse()), "NoSuchVersion")
	})
}

func TestQuota(t *testing.T) {
	c := newClient(t, settings(address(t, "KEYGLOT_STRICT_URL"), ways[0]), demoID, demoKey)
	first, err := create(c, name(), 0)
	if err != nil {
		t.Fatal(err)
	}
	eachWay(t, func(t *testing.T, w way) {
		patient := settings(address(t, "KEYGLOT_STRICT_URL"), w)
		patient.RateLimitExceededMaxRetries = 3
		_, err := create(newClient(t, patient, demoID, demoKey), name(), 0)
		same(t, "the message", fault(t, err, "InvalidKeyPair.LimitExceeded"),
			"The number of key pairs exceeds the limit `1`.")
	})
	if err := remove(c, *first.KeyId); err != nil {
		t.Fatal(err)
	}
}

func TestRateLimit(t *testing.T) {
	strict := address(t, "KEYGLOT_STRICT_URL")
	eachWay(t, func(t *testing.T, w way) {
		c := newClient(t, settings(strict, w), demoID, demoKey)
		var err error
		for range 50 {
			if _, err = c.DescribeKeyPairs(cvm.NewDescribeKeyPairsRequest()); err != nil {
				break
			}
		}
		same(t, "the message", fault(t, err, "RequestLimitExceeded"),
			"Your current request times equals to `3` in a second, which exceeds the frequency "+
				"limit `2` for a second. Please reduce the frequency of calls.")
		// Another action, another count.
		if _, err = c.DescribeZones(cvm.NewDescribeZonesRequest()); err != nil {
			t.Error(err)
		}
		// The next way finds the count empty.
		time.Sleep(time.Second)
	})
}

// The SDK tries again by itself where it is told to, and gets through.
func TestRateLimitWithPatience(t *testing.T) {
	chosen := settings(address(t, "KEYGLOT_STRICT_URL"), ways[0])
	chosen.RateLimitExceededMaxRetries = 3
	c := newClient(t, chosen, demoID, demoKey)
	for range 4 {
		found(t, c, cvm.NewDescribeKeyPairsRequest())
	}
}
