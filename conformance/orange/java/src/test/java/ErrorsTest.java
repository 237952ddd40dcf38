import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import client.ApiClient;
import client.ApiException;
import client.api.JobApi;
import client.api.KeyPairApi;
import client.model.ErrorRepresentation;
import client.model.KeyPairInRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every documented error, as the client that openapi-generator makes for Java reports it.
 *
 * <p>A case is a line of the table that all clients share: a call, what is done to its request on
 * the way out, and the error that the client must then report.
 */
class ErrorsTest {
    @TestFactory
    List<DynamicTest> everyDocumentedErrorIsReported() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode one : new ObjectMapper().readTree(new File("cases.json"))) {
            tests.add(dynamicTest(one.get("name").asText(), () -> check(one)));
        }
        return tests;
    }

    private void check(JsonNode one) throws IOException {
        ApiClient client = new ApiClient();
        client.updateBaseUri(one.get("url").asText() + "/v1");
        client.setRequestInterceptor(request -> {
            if (!one.get("token").isNull()) {
                request.header("Authorization", "Bearer " + one.get("token").asText());
            }
            damage(request, one.get("damage"));
        });
        for (int again = 1; again < one.get("calls").asInt(); again++) {
            try {
                call(client, one);
            } catch (ApiException refused) {
                // Only the last answer counts.
            }
        }
        ApiException error = assertThrows(ApiException.class, () -> call(client, one));
        JsonNode expected = one.get("expect");
        assertEquals(expected.get("status").asInt(), error.getCode(), error.toString());
        ErrorRepresentation reported =
            client.getObjectMapper().readValue(error.getResponseBody(), ErrorRepresentation.class);
        assertEquals(expected.get("code").asInt(), reported.getCode());
        assertEquals(expected.get("message").asText(), reported.getMessage());
        assertEquals(expected.get("description").asText(), reported.getDescription());
        expected.get("headers").fields().forEachRemaining(header -> assertEquals(
            header.getValue().asText(),
            error.getResponseHeaders().firstValue(header.getKey()).orElse(null)));
    }

    /** Makes of a request what a well-behaved client would not send. */
    private void damage(HttpRequest.Builder request, JsonNode damage) {
        HttpRequest sound = request.build();
        if (damage.has("url")) {
            String address = sound.uri().toString();
            String from = damage.get("url").get(0).asText();
            request.uri(URI.create(address.replace(from, damage.get("url").get(1).asText())));
        }
        if (damage.has("headers")) {
            damage.get("headers").fields().forEachRemaining(
                header -> request.setHeader(header.getKey(), header.getValue().asText()));
        }
        if (damage.has("body")) {
            request.method(sound.method(), HttpRequest.BodyPublishers.ofString(damage.get("body").asText()));
        }
        if (damage.has("method")) {
            request.method(damage.get("method").asText(), HttpRequest.BodyPublishers.noBody());
        }
    }

    private void call(ApiClient client, JsonNode one) throws ApiException, IOException {
        KeyPairApi keyPairs = new KeyPairApi(client);
        JobApi jobs = new JobApi(client);
        String project = one.get("project").asText();
        String zone = one.get("zone").asText();
        UUID keyPair = UUID.fromString(one.get("keyPairId").asText());
        UUID job = UUID.fromString(one.get("jobId").asText());
        String apiKey = text(one, "apiKey");
        String requester = text(one, "requesterId");
        JsonNode query = one.get("query");
        Integer limit = query.has("limit") ? query.get("limit").asInt() : null;
        String sort = text(query, "sort");
        switch (one.get("call").asText()) {
            case "keyPairCreate" -> {
                KeyPairInRequest body =
                    client.getObjectMapper().treeToValue(one.get("body"), KeyPairInRequest.class);
                keyPairs.keyPairCreate(project, zone, body, apiKey, requester);
            }
            case "keyPairFind" ->
                keyPairs.keyPairFind(project, zone, null, null, null, limit, sort, apiKey, requester);
            case "keyPairGet" -> keyPairs.keyPairGet(project, zone, keyPair, apiKey, requester);
            case "keyPairDelete" -> keyPairs.keyPairDelete(project, zone, keyPair, apiKey, requester);
            case "jobGet" -> jobs.jobGet(project, job, apiKey, requester);
            case "jobFind" -> jobs.jobFind(project, null, null, limit, sort, apiKey, requester);
            default -> throw new IllegalArgumentException(one.toString());
        }
    }

    private String text(JsonNode node, String member) {
        return node.hasNonNull(member) ? node.get(member).asText() : null;
    }
}
