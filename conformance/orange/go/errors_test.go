package orange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"keyglot.test/orange/client"
)

// errorCase is one line of the table that all clients share: a call, what is done to its request on
// the way out, and the error that the client must then report.
type errorCase struct {
	Name, URL, Call, Project, Zone, KeyPairID, JobID string
	Token, APIKey, RequesterID                       *string
	Calls                                            int
	Body                                             map[string]any
	Query                                            struct {
		Limit *int32
		Sort  *string
	}
	Damage damage
	Expect struct {
		Status, Code         int32
		Message, Description string
		Headers              map[string]string
	}
}

// damage is what a well-behaved client would not send.
type damage struct {
	Method  *string
	Headers map[string]string
	Body    *string
	URL     []string
}

// RoundTrip sends the damaged request.
func (d damage) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	if d.Method != nil {
		request.Method = *d.Method
	}
	for name, value := range d.Headers {
		request.Header.Set(name, value)
	}
	if d.Body != nil {
		request.Body = io.NopCloser(strings.NewReader(*d.Body))
		request.ContentLength = int64(len(*d.Body))
	}
	if len(d.URL) == 2 {
		changed, err := url.Parse(strings.Replace(request.URL.String(), d.URL[0], d.URL[1], 1))
		if err != nil {
			return nil, err
		}
		request.URL = changed
	}
	return http.DefaultTransport.RoundTrip(request)
}

// newClient makes a generated client that sends its requests through a transport.
func newClient(address string, token *string, transport http.RoundTripper) *client.APIClient {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: address + "/v1"}}
	configuration.HTTPClient = &http.Client{Transport: transport}
	if token != nil {
		configuration.AddDefaultHeader("Authorization", "Bearer "+*token)
	}
	return client.NewAPIClient(configuration)
}

func TestEveryDocumentedErrorIsReported(t *testing.T) {
	text, err := os.ReadFile("cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []errorCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		t.Run(one.Name, one.check)
	}
}

func (c errorCase) check(t *testing.T) {
	api := newClient(c.URL, c.Token, c.Damage)
	var response *http.Response
	var err error
	for range c.Calls {
		response, err = c.call(api)
	}
	if response == nil {
		t.Fatalf("no answer: %v", err)
	}
	var reported *client.GenericOpenAPIError
	if !errors.As(err, &reported) {
		t.Fatalf("%d is no error of the client's: %v", response.StatusCode, err)
	}
	model, ok := reported.Model().(client.ErrorRepresentation)
	if !ok {
		t.Fatalf("%d is not documented: %s", response.StatusCode, reported.Body())
	}
	want := c.Expect
	if int32(response.StatusCode) != want.Status || model.Code != want.Code ||
		model.Message != want.Message || model.GetDescription() != want.Description {
		t.Errorf("%d %s, want %+v", response.StatusCode, reported.Body(), want)
	}
	for name, value := range want.Headers {
		if got := response.Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
}

func (c errorCase) call(api *client.APIClient) (*http.Response, error) {
	ctx := context.Background()
	switch c.Call {
	case "keyPairCreate":
		request := with(c, api.KeyPairAPI.KeyPairCreate(ctx, c.Project, c.Zone))
		_, response, err := request.KeyPairInRequest(c.body()).Execute()
		return response, err
	case "keyPairFind":
		request := with(c, api.KeyPairAPI.KeyPairFind(ctx, c.Project, c.Zone))
		_, response, err := paged(c, request).Execute()
		return response, err
	case "keyPairGet":
		_, response, err := with(c, api.KeyPairAPI.KeyPairGet(ctx, c.Project, c.Zone, c.KeyPairID)).Execute()
		return response, err
	case "keyPairDelete":
		return with(c, api.KeyPairAPI.KeyPairDelete(ctx, c.Project, c.Zone, c.KeyPairID)).Execute()
	case "jobGet":
		_, response, err := with(c, api.JobAPI.JobGet(ctx, c.Project, c.JobID)).Execute()
		return response, err
	case "jobFind":
		_, response, err := paged(c, with(c, api.JobAPI.JobFind(ctx, c.Project))).Execute()
		return response, err
	}
	return nil, errors.New("no such operation: " + c.Call)
}

// body is the typed body; what the type does not take is for damage to send.
func (c errorCase) body() client.KeyPairInRequest {
	text, _ := json.Marshal(c.Body)
	body := client.KeyPairInRequest{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	type plain client.KeyPairInRequest
	if err := decoder.Decode((*plain)(&body)); err != nil {
		panic(err)
	}
	return body
}

// with adds the headers that every operation takes.
func with[R interface {
	XAPIKey(string) R
	XRequesterId(string) R
}](c errorCase, request R) R {
	if c.APIKey != nil {
		request = request.XAPIKey(*c.APIKey)
	}
	if c.RequesterID != nil {
		request = request.XRequesterId(*c.RequesterID)
	}
	return request
}

// paged adds the parameters that both searches take.
func paged[R interface {
	Limit(int32) R
	Sort(string) R
}](c errorCase, request R) R {
	if c.Query.Limit != nil {
		request = request.Limit(*c.Query.Limit)
	}
	if c.Query.Sort != nil {
		request = request.Sort(*c.Query.Sort)
	}
	return request
}
