import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import client.ApiClient;
import client.ApiException;
import client.ApiResponse;
import client.api.JobApi;
import client.api.KeyPairApi;
import client.model.BasicStateEnum;
import client.model.Job;
import client.model.JobStateEnum;
import client.model.KeyPairCreated;
import client.model.KeyPairInRequest;
import client.model.KeyPairInResponse;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A key pair's life through the client that openapi-generator makes for Java. */
class LifeCycleTest {
    private final String project = System.getenv("ORANGE_PROJECT");
    private final String zone = System.getenv("ORANGE_ZONE");
    private final String publicKey = System.getenv("ORANGE_PUBLIC_KEY");
    private final ApiClient client = new ApiClient();
    private final KeyPairApi keyPairs;
    private final JobApi jobs;

    LifeCycleTest() {
        client.updateBaseUri(System.getenv("KEYGLOT_URL") + "/v1");
        String authorization = "Bearer " + System.getenv("ORANGE_TOKEN");
        client.setRequestInterceptor(request -> request.header("Authorization", authorization));
        keyPairs = new KeyPairApi(client);
        jobs = new JobApi(client);
    }

    @Test
    void keyPairsLive() throws ApiException {
        KeyPairInRequest wanted = new KeyPairInRequest().name("generated");
        ApiResponse<KeyPairCreated> first = keyPairs.keyPairCreateWithHttpInfo(project, zone, wanted, null, null);
        KeyPairCreated generated = first.getData();
        assertEquals(724, generated.getPublicKey().length());
        assertTrue(generated.getPrivateKey().matches("MIIJ..IBADANBgkqhkiG9w0BAQEFAASCC[A-Za-z0-9+/=]{3100,}"));
        assertEquals("/v1" + generated.gethRef(), header(first, "location"));
        assertEquals("Create key pair generated", jobOf(first).getDescription());

        KeyPairInRequest line = new KeyPairInRequest()
            .name("imported").description("").tags(Map.of("team", "infra")).publicKey(publicKey);
        KeyPairCreated imported = keyPairs.keyPairCreate(project, zone, line, null, null);
        assertEquals(publicKey, imported.getPublicKey());
        assertNull(imported.getPrivateKey());

        checkPage(0, "imported");
        checkPage(1, "generated");
        KeyPairInResponse shown = keyPairs.keyPairGet(project, zone, imported.getId(), null, null);
        assertEquals(line.getName(), shown.getName());
        assertEquals("", shown.getDescription());
        assertEquals(line.getTags(), shown.getTags());
        assertEquals(BasicStateEnum.ACTIVE, shown.getProvisioningState());
        assertTrue(shown.getCreatedDate().isAfter(OffsetDateTime.now().minusMinutes(1)));

        checkDeleted(imported.getId());
        keyPairs.keyPairCreate(project, zone, line, null, null);
    }

    private void checkPage(int offset, String name) throws ApiException {
        ApiResponse<List<KeyPairInResponse>> page = keyPairs.keyPairFindWithHttpInfo(
            project, zone, null, null, offset, 1, "-name", null, null);
        assertEquals(List.of(name), page.getData().stream().map(KeyPairInResponse::getName).toList());
        assertEquals("2", header(page, "x-total-count"));
        assertEquals("1", header(page, "x-result-count"));
    }

    private void checkDeleted(UUID id) throws ApiException {
        ApiResponse<Void> deleted = keyPairs.keyPairDeleteWithHttpInfo(project, zone, id, null, null);
        assertEquals(202, deleted.getStatusCode());
        Job job = jobOf(deleted);
        assertEquals("Delete key pair imported", job.getDescription());
        List<JobStateEnum> states = List.of(JobStateEnum.COMPLETED, JobStateEnum.FAILED);
        List<Job> found = jobs.jobFind(project, states, null, null, "-createdDate", null, null);
        assertTrue(found.stream().anyMatch(one -> one.getId().equals(job.getId())));
        ApiException gone = assertThrows(
            ApiException.class, () -> keyPairs.keyPairGet(project, zone, id, null, null));
        assertEquals(404, gone.getCode());
    }

    private Job jobOf(ApiResponse<?> answer) throws ApiException {
        String href = header(answer, "x-job-href");
        assertEquals("0", header(answer, "x-retry-after"));
        UUID id = UUID.fromString(href.substring(href.lastIndexOf('/') + 1));
        Job job = jobs.jobGet(project, id, null, null);
        assertEquals(href, job.gethRef());
        assertEquals(JobStateEnum.COMPLETED, job.getState());
        assertEquals(List.of(), job.getMessages());
        assertEquals(job.getCreatedDate(), job.getEndProcessingDate());
        return job;
    }

    private String header(ApiResponse<?> answer, String name) {
        return answer.getHeaders().getOrDefault(name, List.of()).stream().findFirst().orElse(null);
    }
}
