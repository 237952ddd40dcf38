// Package orange drives the client that openapi-generator makes for Go.
package orange

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"keyglot.test/orange/client"
)

// zone is where a test's key pairs live: nothing else is in it.
type zone struct {
	t             *testing.T
	api           *client.APIClient
	project, name string
}

func newZone(t *testing.T) zone {
	token := os.Getenv("ORANGE_TOKEN")
	api := newClient(os.Getenv("KEYGLOT_URL"), &token, http.DefaultTransport)
	return zone{t, api, os.Getenv("ORANGE_PROJECT"), os.Getenv("ORANGE_ZONE")}
}

func (z zone) create(name string, publicKey *string) (*client.KeyPairCreated, *http.Response) {
	z.t.Helper()
	body := client.NewKeyPairInRequest(name)
	body.PublicKey = publicKey
	body.SetTags(map[string]string{"team": "infra"})
	request := z.api.KeyPairAPI.KeyPairCreate(context.Background(), z.project, z.name)
	created, response, err := request.KeyPairInRequest(*body).Execute()
	if err != nil {
		z.t.Fatal(err)
	}
	return created, response
}

func (z zone) job(response *http.Response) *client.Job {
	z.t.Helper()
	href := response.Header.Get("X-Job-Href")
	id := href[strings.LastIndex(href, "/")+1:]
	job, _, err := z.api.JobAPI.JobGet(context.Background(), z.project, id).Execute()
	if err != nil {
		z.t.Fatal(err)
	}
	if job.HRef != href || job.State != client.JOBSTATEENUM_COMPLETED || len(job.Messages) != 0 {
		z.t.Errorf("job of %s: %+v", href, job)
	}
	return job
}

func TestLifeCycle(t *testing.T) {
	z := newZone(t)
	generated, response := z.create("generated", nil)
	if len(generated.GetPublicKey()) != 724 || len(generated.GetPrivateKey()) < 3164 {
		t.Errorf("keys of %d and %d characters", len(generated.GetPublicKey()), len(generated.GetPrivateKey()))
	}
	if location := response.Header.Get("Location"); location != "/v1"+generated.HRef {
		t.Errorf("Location: %s", location)
	}
	if job := z.job(response); job.Description != "Create key pair generated" {
		t.Errorf("job: %s", job.Description)
	}
	line := os.Getenv("ORANGE_PUBLIC_KEY")
	imported, _ := z.create("imported", &line)
	if imported.GetPublicKey() != line || imported.HasPrivateKey() {
		t.Errorf("imported: %+v", imported)
	}
	z.checkSearch([]string{"imported", "generated"})
	z.checkShown(imported)
	z.checkDeleted(imported)
	z.create("imported", &line)
}

func (z zone) checkSearch(names []string) {
	z.t.Helper()
	find := z.api.KeyPairAPI.KeyPairFind(context.Background(), z.project, z.name)
	for offset, name := range names {
		page, response, err := find.Sort("-name").Offset(int32(offset)).Limit(1).Execute()
		if err != nil {
			z.t.Fatal(err)
		}
		counts := response.Header.Get("X-Total-Count") + "/" + response.Header.Get("X-Result-Count")
		if counts != "2/1" || len(page) != 1 || page[0].Name != name {
			z.t.Errorf("page %d: %s %+v", offset, counts, page)
		}
	}
}

func (z zone) checkShown(created *client.KeyPairCreated) {
	z.t.Helper()
	get := z.api.KeyPairAPI.KeyPairGet(context.Background(), z.project, z.name, created.Id)
	shown, _, err := get.Execute()
	if err != nil {
		z.t.Fatal(err)
	}
	if shown.Id != created.Id || shown.HRef != created.HRef || shown.GetTags()["team"] != "infra" ||
		shown.ProvisioningState != client.BASICSTATEENUM_ACTIVE || shown.CreatedDate.IsZero() {
		z.t.Errorf("shown: %+v", shown)
	}
}

func (z zone) checkDeleted(created *client.KeyPairCreated) {
	z.t.Helper()
	ctx := context.Background()
	response, err := z.api.KeyPairAPI.KeyPairDelete(ctx, z.project, z.name, created.Id).Execute()
	if err != nil || response.StatusCode != http.StatusAccepted {
		z.t.Fatalf("delete: %v", err)
	}
	job := z.job(response)
	if job.Description != "Delete key pair imported" {
		z.t.Errorf("job: %s", job.Description)
	}
	states := []client.JobStateEnum{client.JOBSTATEENUM_COMPLETED, client.JOBSTATEENUM_FAILED}
	jobs, _, err := z.api.JobAPI.JobFind(ctx, z.project).State(states).Sort("-createdDate").Execute()
	if err != nil {
		z.t.Fatal(err)
	}
	found := false
	for _, one := range jobs {
		found = found || one.Id == job.Id
	}
	if !found {
		z.t.Errorf("%s is not among %d jobs", job.Id, len(jobs))
	}
	_, response, err = z.api.KeyPairAPI.KeyPairGet(ctx, z.project, z.name, created.Id).Execute()
	if err == nil || response.StatusCode != http.StatusNotFound {
		z.t.Errorf("a deleted key pair is shown: %v", err)
	}
}
