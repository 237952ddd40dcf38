package keyglot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.exception.TencentCloudSDKException;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.common.profile.HttpProfile;
import com.tencentcloudapi.cvm.v20170312.CvmClient;
import com.tencentcloudapi.cvm.v20170312.models.CreateKeyPairRequest;
import com.tencentcloudapi.cvm.v20170312.models.DeleteKeyPairsRequest;
import com.tencentcloudapi.cvm.v20170312.models.DescribeKeyPairsRequest;
import com.tencentcloudapi.cvm.v20170312.models.DescribeKeyPairsResponse;
import com.tencentcloudapi.cvm.v20170312.models.Filter;
import com.tencentcloudapi.cvm.v20170312.models.KeyPair;
import java.net.URI;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

/**
 * The vendor's Java SDK, unmodified.
 *
 * <p>KEYGLOT_URL is the address of a gateway with the demo accounts and no rate limit.
 * KEYGLOT_STRICT_URL is one whose quota is 1 key pair, that allows 2 calls a second, and that takes
 * timestamps of up to 5 seconds ago.
 */
final class Sdk {
    static final String DEMO_ID = "AKIDkeyglotdemo00000000000000000000";
    static final String DEMO_KEY = "keyglotdemosecretkey000000000000";
    static final String REGION = "ap-guangzhou";
    static final String GATEWAY = address("KEYGLOT_URL");
    static final String STRICT = address("KEYGLOT_STRICT_URL");

    private Sdk() {}

    /** One way of signing and sending that the SDK has. */
    record Way(String sign, String method) {
        /** The way in which the SDK takes parameters that its types do not know. */
        boolean isJson() {
            return equals(JSON);
        }
    }

    static final Way JSON = new Way(ClientProfile.SIGN_TC3_256, HttpProfile.REQ_POST);

    static Stream<Way> ways() {
        return Stream.of(ClientProfile.SIGN_TC3_256, ClientProfile.SIGN_SHA256, ClientProfile.SIGN_SHA1)
                .flatMap(sign -> Stream.of(
                        new Way(sign, HttpProfile.REQ_POST), new Way(sign, HttpProfile.REQ_GET)));
    }

    private static String address(String variable) {
        return URI.create(System.getenv(variable)).getAuthority();
    }

    static ClientProfile settings(Way way, String endpoint) {
        HttpProfile http = new HttpProfile();
        http.setProtocol(HttpProfile.REQ_HTTP);
        http.setReqMethod(way.method());
        http.setEndpoint(endpoint);
        return new ClientProfile(way.sign(), http);
    }

    static CvmClient client(ClientProfile settings) {
        return new CvmClient(new Credential(DEMO_ID, DEMO_KEY), REGION, settings);
    }

    static CvmClient client(Way way) {
        return client(settings(way, GATEWAY));
    }

    /** A name of a key pair that no earlier run has used. */
    static String name() {
        return "j_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    }

    static CreateKeyPairRequest request(String name, long project) {
        CreateKeyPairRequest request = new CreateKeyPairRequest();
        request.setKeyName(name);
        request.setProjectId(project);
        return request;
    }

    static KeyPair create(CvmClient client, String name) throws TencentCloudSDKException {
        return client.CreateKeyPair(request(name, 0)).getKeyPair();
    }

    static void delete(CvmClient client, String... ids) throws TencentCloudSDKException {
        DeleteKeyPairsRequest request = new DeleteKeyPairsRequest();
        request.setKeyIds(ids);
        client.DeleteKeyPairs(request);
    }

    static DescribeKeyPairsResponse describe(CvmClient client, String... ids)
            throws TencentCloudSDKException {
        DescribeKeyPairsRequest request = new DescribeKeyPairsRequest();
        request.setKeyIds(ids);
        return client.DescribeKeyPairs(request);
    }

    static Filter filter(String name, String... values) {
        Filter filter = new Filter();
        filter.setName(name);
        filter.setValues(values);
        return filter;
    }

    /** Demands the SDK's error with a code, and gives its message. */
    static String fault(String code, Executable call) {
        TencentCloudSDKException error = assertThrows(TencentCloudSDKException.class, call);
        assertEquals(code, error.getErrorCode(), error.getMessage());
        assertNotNull(UUID.fromString(error.getRequestId()));
        return error.getMessage();
    }
}
