package keyglot;

import static keyglot.Sdk.GATEWAY;
import static keyglot.Sdk.JSON;
import static keyglot.Sdk.REGION;
import static keyglot.Sdk.STRICT;
import static keyglot.Sdk.client;
import static keyglot.Sdk.fault;
import static keyglot.Sdk.filter;
import static keyglot.Sdk.name;
import static keyglot.Sdk.request;
import static keyglot.Sdk.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tencentcloudapi.common.AbstractModel;
import com.tencentcloudapi.common.CommonClient;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.cvm.v20170312.CvmClient;
import com.tencentcloudapi.cvm.v20170312.models.CreateKeyPairRequest;
import com.tencentcloudapi.cvm.v20170312.models.DescribeKeyPairsRequest;
import com.tencentcloudapi.cvm.v20170312.models.DescribeZonesRequest;
import com.tencentcloudapi.cvm.v20170312.models.Filter;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors as the SDK's user sees them: typed by their codes, whichever way they came. */
class ErrorsTest {
    private static CvmClient withCredential(Sdk.Way way, String id, String key) {
        return new CvmClient(new Credential(id, key), REGION, settings(way, GATEWAY));
    }

    private static CommonClient untyped(Sdk.Way way) {
        Credential credential = new Credential(Sdk.DEMO_ID, Sdk.DEMO_KEY);
        return new CommonClient("cvm", "2017-03-12", credential, REGION, settings(way, GATEWAY));
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void credentials(Sdk.Way way) {
        CvmClient wrong = withCredential(way, Sdk.DEMO_ID, "another key");
        assertEquals(
                "The provided credentials could not be validated. Please check your signature is correct.",
                fault("AuthFailure.SignatureFailure", () -> Sdk.create(wrong, name())));
        CvmClient unknown = withCredential(way, "AKIDnobody", Sdk.DEMO_KEY);
        assertEquals(
                "The SecretId is not found, please ensure that your SecretId is correct.",
                fault("AuthFailure.SecretIdNotFound", () -> Sdk.create(unknown, name())));
    }

    @Test
    void anOldTimestamp() throws Exception {
        // Held back on its way, so that it is too old when it arrives.
        OkHttpClient slow = new OkHttpClient.Builder()
                .addInterceptor(chain -> {
                    try {
                        Thread.sleep(7000);
                    } catch (InterruptedException error) {
                        throw new IllegalStateException(error);
                    }
                    return chain.proceed(chain.request());
                })
                .build();
        List<Callable<String>> calls = Sdk.ways()
                .map(way -> (Callable<String>) () -> {
                    ClientProfile settings = settings(way, STRICT);
                    settings.getHttpProfile().setHttpClient(slow);
                    CvmClient client = client(settings);
                    return fault("AuthFailure.SignatureExpire", () -> Sdk.create(client, name()));
                })
                .toList();
        ExecutorService all = Executors.newFixedThreadPool(calls.size());
        for (Future<String> text : all.invokeAll(calls)) {
            assertTrue(text.get().startsWith("Signature expired. Please use local time"), text.get());
        }
        all.shutdown();
    }

    @Test
    void aCallWithoutSignature() {
        // The typed clients sign whatever is asked of them.
        DescribeKeyPairsRequest request = new DescribeKeyPairsRequest();
        request.setSkipSign(true);
        fault(
                "AuthFailure.InvalidAuthorization",
                () -> untyped(JSON).commonRequest(request, "DescribeKeyPairs"));
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void names(Sdk.Way way) throws Exception {
        CvmClient client = client(way);
        String taken = name();
        String id = Sdk.create(client, taken).getKeyId();
        assertEquals(
                "The specified key pair name `" + taken + "` already exists.",
                fault("InvalidKeyPairName.Duplicate", () -> Sdk.create(client, taken)));
        Sdk.delete(client, id);
        String tooLong = "a".repeat(26);
        assertEquals(
                "The specified key pair name `" + tooLong + "` is too long, more than `25` characters.",
                fault("InvalidKeyPairNameTooLong", () -> Sdk.create(client, tooLong)));
        for (String bad : List.of("my-key", "密 钥")) {
            String first = bad.equals("my-key") ? "-" : "密";
            assertEquals(
                    "The specified key pair name `" + bad + "` is include illegal character `" + first + "`.",
                    fault("InvalidKeyPairNameIncludeIllegalChar", () -> Sdk.create(client, bad)));
        }
        fault("InvalidKeyPairNameEmpty", () -> Sdk.create(client, ""));
    }

    /** A request with a parameter that the cloud does not have. */
    private static final class Strange extends AbstractModel {
        @Override
        protected void toMap(HashMap<String, String> map, String prefix) {
            map.put(prefix + "KeyName", "a");
            map.put(prefix + "ProjectId", "0");
            map.put(prefix + "DryRun", "true");
        }
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void parameters(Sdk.Way way) {
        CvmClient client = client(way);
        CreateKeyPairRequest missing = new CreateKeyPairRequest();
        missing.setKeyName("a");
        assertEquals(
                "The request is missing a required parameter `ProjectId`.",
                fault("MissingParameter", () -> client.CreateKeyPair(missing)));
        assertEquals(
                "The specified project id `7` does not exist.",
                fault("InvalidProjectId.NotFound", () -> client.CreateKeyPair(request(name(), 7))));
        CommonClient untyped = untyped(way);
        Strange strange = new Strange();
        if (way.isJson()) {
            strange.set("DryRun", true);
        }
        assertEquals(
                "The parameter `DryRun` is not recognized.",
                fault("UnknownParameter", () -> untyped.commonRequest(strange, "CreateKeyPair")));
        fault("InvalidAction", () -> untyped.commonRequest(strange, "RunNothing"));
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void lists(Sdk.Way way) {
        CvmClient client = client(way);
        refused(client, "InvalidFilter", request -> request.setFilters(one("colour", "x")));
        refused(client, "InvalidFilterValue.LimitExceeded",
                request -> request.setFilters(one("key-name", "1", "2", "3", "4", "5", "6")));
        refused(client, "InvalidParameterValueLimit", request -> request.setLimit(101L));
        refused(client, "InvalidParameterValueOffset", request -> request.setOffset(-1L));
        refused(client, "InvalidKeyPairId.Malformed",
                request -> request.setKeyIds(new String[] {"skey-1"}));
        refused(client, "InvalidParameter", request -> {
            request.setKeyIds(new String[] {"skey-zzzzzzzz"});
            request.setFilters(one("key-name", "x"));
        });
        fault("InvalidKeyPairId.NotFound", () -> Sdk.delete(client, "skey-zzzzzzzz"));
    }

    private static Filter[] one(String name, String... values) {
        return new Filter[] {filter(name, values)};
    }

    private static void refused(
            CvmClient client, String code, Consumer<DescribeKeyPairsRequest> change) {
        DescribeKeyPairsRequest request = new DescribeKeyPairsRequest();
        change.accept(request);
        fault(code, () -> client.DescribeKeyPairs(request));
    }

    @Test
    void quota() throws Exception {
        CvmClient client = client(settings(JSON, STRICT));
        String id = Sdk.create(client, name()).getKeyId();
        for (Sdk.Way way : Sdk.ways().toList()) {
            Thread.sleep(600); // two calls a second
            CvmClient another = client(settings(way, STRICT));
            assertEquals(
                    "The number of key pairs exceeds the limit `1`.",
                    fault("InvalidKeyPair.LimitExceeded", () -> Sdk.create(another, name())));
        }
        Sdk.delete(client, id);
    }

    @ParameterizedTest
    @MethodSource("keyglot.Sdk#ways")
    void rateLimit(Sdk.Way way) throws Exception {
        CvmClient client = client(settings(way, STRICT));
        String text = fault("RequestLimitExceeded", () -> {
            for (int n = 0; n < 50; n++) {
                client.DescribeKeyPairs(new DescribeKeyPairsRequest());
            }
        });
        assertEquals(
                "Your current request times equals to `3` in a second, which exceeds the frequency limit "
                        + "`2` for a second. Please reduce the frequency of calls.",
                text);
        // Another action, another count.
        client.DescribeZones(new DescribeZonesRequest());
        Thread.sleep(1000);
    }
}
